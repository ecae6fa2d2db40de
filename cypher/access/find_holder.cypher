// access.find_holder
// The key of an id, unless it was revoked or has expired.
// mode: read
// param id: STRING
// param now: INTEGER
// returns id: STRING
// returns role: STRING
// returns source: STRING
// returns dealer: STRING
// returns only: LIST<STRING>
/* :params {id: 'k', now: 1795000000000000} */
MATCH (k:ApiKey {id: $id})
WHERE k.revokedAt IS NULL AND (k.expiresAt IS NULL OR k.expiresAt > $now)
RETURN k.id AS id, k.role AS role, k.source AS source, k.dealer AS dealer, k.only AS only
