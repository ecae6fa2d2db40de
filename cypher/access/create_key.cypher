// access.create_key
// Stores a new API key by its digest.
// mode: write
// param id: STRING
// param digest: STRING
// param role: STRING
// param source: STRING
// param dealer: STRING
// param expiresAt: INTEGER
// param recordedAt: INTEGER
// returns id: STRING
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', digest: 'ab12', role: 'source', source: 'shop-web', dealer: null, expiresAt: null,
   recordedAt: 1795000000000000} */
CREATE (k:ApiKey {id: $id, digest: $digest, role: $role, source: $source, dealer: $dealer, preset: false,
                  expiresAt: $expiresAt, recordedAt: $recordedAt})
RETURN k.id AS id
