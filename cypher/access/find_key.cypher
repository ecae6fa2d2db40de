// access.find_key
// The key of a digest, unless it was revoked or its time is over.
// mode: read
// param digest: STRING
// param now: INTEGER
// returns id: STRING
// returns role: STRING
// returns source: STRING
// returns dealer: STRING
// returns preset: BOOLEAN
// returns expiresAt: INTEGER
/* :params {digest: 'ab12', now: 1795000000000000} */
MATCH (k:ApiKey {digest: $digest})
WHERE k.revokedAt IS NULL AND (k.expiresAt IS NULL OR k.expiresAt > $now)
RETURN k.id AS id, k.role AS role, k.source AS source, k.dealer AS dealer, k.preset AS preset,
       k.expiresAt AS expiresAt
