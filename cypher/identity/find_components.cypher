// identity.find_components
// The link components of some profiles and of some present users.
// The hints are for a database that fills: until its indexes are sampled, the planner believes them empty and would scan them for each id.
// mode: read
// param asked: MAP
// returns ofProfiles: LIST<STRING>
// returns ofUsers: LIST<STRING>
/* :params {asked: {ids: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], oneIds: []}} */
CALL () {
  UNWIND $asked.ids AS id
  MATCH (p:Profile {id: id})
  USING INDEX SEEK p:Profile(id)
  RETURN collect(DISTINCT p.component) AS ofProfiles
}
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  USING INDEX SEEK u:User(oneId)
  RETURN collect(DISTINCT p.component) AS ofUsers
}
RETURN ofProfiles AS ofProfiles, ofUsers AS ofUsers
