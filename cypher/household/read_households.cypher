// household.read_households
// The present households, fleets, numbers and devices of users, each with its size and its first `most` members.
// mode: read
// param asked: MAP
// param most: INTEGER
// returns households: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, most: 100} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})-[own:MEMBER_OF WHERE own.to IS NULL]->(h:Household)
WITH h, collect(oneId) AS oneIds
CALL (h) {
  MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(one:User)
  WITH m, one ORDER BY one.oneId
  RETURN collect([one.oneId, m.role, m.confidence, m.from])[..$most] AS members, count(one) AS size
}
UNWIND oneIds AS oneId
RETURN collect([oneId, h.householdId, h.kind, h.confidence, h.reasons, size, members]) AS households
