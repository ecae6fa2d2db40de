// schema.lock_migrations
// Holds the migration lock until the transaction ends, so that two processes never migrate at once.
// mode: write
// param now: INTEGER
// returns id: INTEGER
/* :params {now: 1795000000000000} */
MERGE (i:Installation {id: 1})
SET i.lockedAt = $now
RETURN i.id AS id
