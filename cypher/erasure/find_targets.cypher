// erasure.find_targets
// The profiles that are to be erased, named by their ids, by record keys, or as all of the person a oneId leads to; and
// tombstones of those that were erased before, by profile id, oneId or suppression.
// mode: read
// param asked: MAP
// returns targets: LIST<LIST<ANY>>
// returns erased: LIST<LIST<ANY>>
/* :params {asked: {ids: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], records: [], oneIds: [], suppressions: []}} */
CALL () {
  UNWIND $asked.ids AS id
  MATCH (p:Profile {id: id})
  RETURN collect(p) AS named
}
CALL () {
  UNWIND $asked.records AS key
  MATCH (p:Profile {recordKey: key})
  RETURN collect(p) AS recorded
}
CALL () {
  UNWIND $asked.oneIds AS oneId
  OPTIONAL MATCH (gone:Erased {birthId: oneId})
  MATCH (:Profile {birthId: coalesce(gone.successor, oneId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  RETURN collect(p) AS people
}
CALL (named, recorded, people) {
  UNWIND named + recorded + people AS p
  WITH DISTINCT p
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WITH p, u ORDER BY p.id
  RETURN collect([p.id, p.source, p.recordKey, p.recordId, p.birthId, p.component, u.oneId]) AS targets
}
CALL () {
  UNWIND $asked.ids AS id
  MATCH (e:Erased {profileId: id})
  RETURN collect([e.profileId, e.birthId, e.at, e.successor]) AS byId
}
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (e:Erased {birthId: oneId})
  RETURN collect([e.profileId, e.birthId, e.at, e.successor]) AS byOneId
}
CALL () {
  UNWIND $asked.suppressions AS key
  MATCH (s:Suppression {key: key})
  MATCH (e:Erased {birthId: s.birthId})
  RETURN collect([e.profileId, e.birthId, e.at, e.successor]) AS bySuppression
}
RETURN targets AS targets, byId + byOneId + bySuppression AS erased
