// profile.find_profile
// One profile.
// mode: read
// param id: STRING
// returns id: STRING
// returns source: STRING
// returns recordId: BYTES
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
MATCH (p:Profile {id: $id})
RETURN p.id AS id, p.source AS source, p.recordId AS recordId
