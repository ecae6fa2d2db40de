// access.create_first_key
// Stores the first admin key; nothing where there ever was one. Runs under the feed lock, so one process wins.
// mode: write
// param id: STRING
// param digest: STRING
// param recordedAt: INTEGER
// returns id: STRING
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', digest: 'ab12', recordedAt: 1795000000000000} */
WITH 1 AS one
WHERE NOT EXISTS { MATCH (other:ApiKey) WHERE other.id > '' AND other.role = 'admin' }
CREATE (k:ApiKey {id: $id, digest: $digest, role: 'admin', preset: false, recordedAt: $recordedAt})
RETURN k.id AS id
