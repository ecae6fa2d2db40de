// access.rotate_key
// Stores a new key that may do what an old one may, for as long as that was made for, and lets the old one end at `until`,
// or before where it would; nothing where the old one is preset, revoked or over.
// mode: write
// param oldId: STRING
// param id: STRING
// param digest: STRING
// param until: INTEGER
// param recordedAt: INTEGER
// returns id: STRING
// returns role: STRING
/* :params {oldId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5e', id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', digest: 'ab12',
   until: 1795000000000000, recordedAt: 1795000000000000} */
MATCH (old:ApiKey {id: $oldId})
WHERE NOT old.preset AND old.revokedAt IS NULL AND (old.expiresAt IS NULL OR old.expiresAt > $recordedAt)
CREATE (k:ApiKey {id: $id, digest: $digest, role: old.role, source: old.source, dealer: old.dealer, preset: false,
                  expiresAt: $recordedAt + old.expiresAt - old.recordedAt, recordedAt: $recordedAt})
SET old.expiresAt = CASE WHEN old.expiresAt < $until THEN old.expiresAt ELSE $until END
RETURN k.id AS id, k.role AS role
