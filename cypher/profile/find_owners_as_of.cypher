// profile.find_owners_as_of
// As `profile.find_owners`, but who was known to own the vehicle at a time in the past.
// mode: read
// param key: STRING
// param at: INTEGER
// returns oneIds: LIST<STRING>
/* :params {key: 'vk', at: 1795000000000000} */
MATCH (v:Vehicle {key: $key})
CALL (v) {
  MATCH (v)<-[d:DRIVES WHERE d.role = 'owner' AND coalesce(d.ownedAt, d.recordedAt) <= $at]-(:Profile)
  RETURN max(coalesce(d.ownerSince, 0)) AS since
}
MATCH (v)<-[d:DRIVES WHERE d.role = 'owner' AND coalesce(d.ownedAt, d.recordedAt) <= $at]-(p:Profile)
WHERE coalesce(d.ownerSince, 0) = since
MATCH (p)-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]->(u)
WITH DISTINCT u.oneId AS oneId LIMIT 2
RETURN collect(oneId) AS oneIds
