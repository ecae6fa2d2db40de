// erasure.find_cooled
// The other holders of blocking keys that come under the cap once some profiles are gone: matching passed those keys
// over, and must look at their pairs now. At most `cap` a key.
// mode: read
// param asked: MAP
// param cap: INTEGER
// returns profiles: LIST<STRING>
/* :params {asked: {profiles: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, cap: 100} */
UNWIND $asked.profiles AS id
MATCH (:Profile {id: id})-[:BLOCKS_ON]->(k:BlockingKey)
WITH k, count(*) AS going
WITH k, going, COUNT { (k)<-[:BLOCKS_ON]-() } AS held
WHERE held > $cap AND held - going <= $cap
MATCH (k)<-[:BLOCKS_ON]-(p:Profile)
WHERE NOT p.id IN $asked.profiles
RETURN collect(DISTINCT p.id) AS profiles
