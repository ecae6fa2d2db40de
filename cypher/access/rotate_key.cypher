// access.rotate_key
// Stores a key that replaces another, which stays good until a time at most; nothing where that was replaced or revoked.
// mode: write
// param old: STRING
// param until: INTEGER
// param id: STRING
// param digest: STRING
// param expiresAt: INTEGER
// param recordedAt: INTEGER
// returns id: STRING
/* :params {old: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', until: 1795086400000000,
   id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e60', digest: 'ab12', expiresAt: null, recordedAt: 1795000000000000} */
MATCH (old:ApiKey {id: $old})
WHERE old.revokedAt IS NULL AND old.replacedBy IS NULL AND NOT old.preset
  AND (old.expiresAt IS NULL OR old.expiresAt > $recordedAt)
SET old.replacedBy = $id,
    old.expiresAt = CASE WHEN old.expiresAt < $until THEN old.expiresAt ELSE $until END
CREATE (k:ApiKey {id: $id, digest: $digest, role: old.role, source: old.source, dealer: old.dealer, preset: false,
                  only: old.only, expiresAt: $expiresAt, line: coalesce(old.line, old.id), recordedAt: $recordedAt})
RETURN k.id AS id
