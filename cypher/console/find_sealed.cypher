// console.find_sealed
// What opens the sealed values of relationships that an analyst looks at: whose they are, and the key at the other end.
// mode: read
// param ids: LIST<STRING>
// returns id: STRING
// returns profileId: STRING
// returns key: STRING
/* :params {ids: ['5:0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f:1']} */
UNWIND $ids AS id
MATCH (profile:Profile)-[held:HAS|CLAIMS|DRIVES]->(thing)
WHERE elementId(held) = id
RETURN id AS id, profile.id AS profileId, thing.key AS key
