// household.read_memberships
// The present memberships of whole households: those that some users are in, or were when they became former users.
// mode: read
// param read: MAP
// returns memberships: LIST<LIST<ANY>>
/* :params {read: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
UNWIND $read.oneIds AS oneId
CALL (oneId) {
  MATCH (u:User {oneId: oneId})-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
  RETURN h
  UNION
  MATCH (u:FormerUser {oneId: oneId})-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
  RETURN h
}
WITH DISTINCT h
MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(u)
RETURN collect([u.oneId, h.householdId, h.kind, h.confidence, h.reasons, m.role, m.confidence]) AS memberships
