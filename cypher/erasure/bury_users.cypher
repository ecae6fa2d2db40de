// erasure.bury_users
// Of users that erased profiles once were, those whom no profile is or ever was any more go; one that others were before
// becomes a former user. Who is nobody now is in no household, and a household of one ends.
// mode: write
// param rows: MAP
// param recordedAt: INTEGER
// returns buried: INTEGER
/* :params {rows: {users: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, recordedAt: 1795000000000000} */
CALL () {
  UNWIND $rows.users AS oneId
  MATCH (u:User {oneId: oneId})
  WHERE NOT EXISTS { (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-() }
  SET u:FormerUser, u.until = $recordedAt
  REMOVE u:User
}
CALL () {
  UNWIND $rows.users AS oneId
  MATCH (u:FormerUser {oneId: oneId})-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
  SET m.to = $recordedAt
  WITH DISTINCT h
  WHERE COUNT { (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-() } < 2
  SET h.until = $recordedAt
  WITH h
  MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-()
  SET m.to = $recordedAt
}
CALL () {
  UNWIND $rows.users AS oneId
  MATCH (u:FormerUser {oneId: oneId})
  WHERE NOT EXISTS { (u)<-[:RESOLVED_TO]-() }
  DETACH DELETE u
}
RETURN size($rows.users) AS buried
