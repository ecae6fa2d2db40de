// household.read_households
// The present households, fleets, numbers and devices of users, with everybody in them.
// mode: read
// param asked: MAP
// returns households: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})-[own:MEMBER_OF WHERE own.to IS NULL]->(h:Household)
CALL (h) {
  MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(one:User)
  WITH m, one ORDER BY one.oneId
  RETURN collect([one.oneId, m.role, m.confidence, m.from]) AS members
}
RETURN collect([oneId, h.householdId, h.kind, h.confidence, h.reasons, members]) AS households
