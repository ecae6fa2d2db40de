// access.list_keys
// All keys, oldest first.
// mode: read
// returns id: STRING
// returns role: STRING
// returns source: STRING
// returns dealer: STRING
// returns preset: BOOLEAN
// returns recordedAt: INTEGER
// returns revokedAt: INTEGER
// returns expiresAt: INTEGER
MATCH (k:ApiKey)
WHERE k.id > ''
RETURN k.id AS id, k.role AS role, k.source AS source, k.dealer AS dealer, k.preset AS preset,
       k.recordedAt AS recordedAt, k.revokedAt AS revokedAt, k.expiresAt AS expiresAt
ORDER BY id
