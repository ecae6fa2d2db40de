// access.revoke_key
// Revokes a key for good; the first time stands.
// mode: write
// param id: STRING
// param recordedAt: INTEGER
// returns id: STRING
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', recordedAt: 1795000000000000} */
MATCH (k:ApiKey {id: $id})
SET k.revokedAt = coalesce(k.revokedAt, $recordedAt)
RETURN k.id AS id
