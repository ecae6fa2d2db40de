// schema.claim_keyring
// Ties this graph to a keyring: the first to come is written, later ones read which it is.
// mode: write
// param keyringId: STRING
// returns keyringId: STRING
/* :params {keyringId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
MERGE (i:Installation {id: 1})
SET i.keyringId = coalesce(i.keyringId, $keyringId)
RETURN i.keyringId AS keyringId
