// profile.find_owners
// The present users who own a vehicle since the latest time anybody does; two of them mean that it is not known.
// mode: read
// param key: STRING
// returns oneIds: LIST<STRING>
/* :params {key: 'vk'} */
MATCH (v:Vehicle {key: $key})
CALL (v) {
  MATCH (v)<-[d:DRIVES WHERE d.role = 'owner']-(:Profile)
  RETURN max(coalesce(d.ownerSince, 0)) AS since
}
MATCH (v)<-[d:DRIVES WHERE d.role = 'owner']-(p:Profile)
WHERE coalesce(d.ownerSince, 0) = since
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH DISTINCT u.oneId AS oneId LIMIT 2
RETURN collect(oneId) AS oneIds
