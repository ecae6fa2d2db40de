// access.find_key
// The key of a digest, unless it was revoked.
// mode: read
// param digest: STRING
// returns id: STRING
// returns role: STRING
// returns source: STRING
// returns dealer: STRING
// returns preset: BOOLEAN
/* :params {digest: 'ab12'} */
MATCH (k:ApiKey {digest: $digest})
WHERE k.revokedAt IS NULL
RETURN k.id AS id, k.role AS role, k.source AS source, k.dealer AS dealer, k.preset AS preset
