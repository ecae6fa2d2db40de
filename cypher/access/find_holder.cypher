// access.find_holder
// The newest good key of the line of rotations that a key is of.
// mode: read
// param id: STRING
// param now: INTEGER
// returns id: STRING
// returns role: STRING
// returns source: STRING
// returns dealer: STRING
// returns only: LIST<STRING>
// returns line: STRING
/* :params {id: 'k', now: 1795000000000000} */
MATCH (given:ApiKey {id: $id})
WITH coalesce(given.line, given.id) AS line
MATCH (k:ApiKey)
WHERE k.id > '' AND coalesce(k.line, k.id) = line
  AND k.revokedAt IS NULL AND (k.expiresAt IS NULL OR k.expiresAt > $now)
RETURN k.id AS id, k.role AS role, k.source AS source, k.dealer AS dealer, k.only AS only, k.line AS line
ORDER BY id DESC
LIMIT 1
