// access.find_key
// The key of a digest, unless it was revoked or has expired.
// mode: read
// param digest: STRING
// param now: INTEGER
// returns id: STRING
// returns role: STRING
// returns source: STRING
// returns dealer: STRING
// returns preset: BOOLEAN
// returns only: LIST<STRING>
// returns expiresAt: INTEGER
// returns line: STRING
/* :params {digest: 'ab12', now: 1795000000000000} */
MATCH (k:ApiKey {digest: $digest})
WHERE k.revokedAt IS NULL AND (k.expiresAt IS NULL OR k.expiresAt > $now)
RETURN k.id AS id, k.role AS role, k.source AS source, k.dealer AS dealer, k.preset AS preset,
       k.only AS only, k.expiresAt AS expiresAt, k.line AS line
