// access.preset_key
// Makes a key the preset admin key, and revokes the one that was preset before.
// mode: write
// param id: STRING
// param digest: STRING
// param recordedAt: INTEGER
// returns id: STRING
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', digest: 'ab12', recordedAt: 1795000000000000} */
CALL () {
  MATCH (old:ApiKey)
  WHERE old.id > '' AND old.preset AND old.revokedAt IS NULL AND old.digest <> $digest
  SET old.revokedAt = $recordedAt
}
MERGE (k:ApiKey {digest: $digest})
ON CREATE SET k.id = $id, k.recordedAt = $recordedAt
SET k.role = 'admin', k.preset = true
REMOVE k.revokedAt, k.expiresAt, k.source, k.dealer
RETURN k.id AS id
