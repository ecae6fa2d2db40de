// explanation.find_subjects
// The records that are meant: by profile id or by blind index of the record itself, by a oneId the founder of the
// person it leads to now, of an erased record its successor; each with its user, component, and the record that was born
// with that oneId, or succeeded to it.
// mode: read
// param asked: MAP
// returns subjects: LIST<LIST<STRING>>
/* :params {asked: {refs: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], records: ['rk']}} */
CALL () {
  UNWIND $asked.refs AS ref
  MATCH (p:Profile {id: ref})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  RETURN collect([ref, p.id, u.oneId, p.component, p.id]) AS profiles
}
CALL () {
  UNWIND $asked.refs AS ref
  OPTIONAL MATCH (gone:Erased {birthId: ref})
  MATCH (born:Profile {birthId: coalesce(gone.successor, ref)})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  MATCH (p:Profile {birthId: u.oneId})
  RETURN collect([ref, p.id, u.oneId, p.component, born.id]) AS founders
}
CALL () {
  UNWIND $asked.records AS key
  MATCH (p:Profile {recordKey: key})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  RETURN collect([key, p.id, u.oneId, p.component, p.id]) AS records
}
RETURN profiles + founders + records AS subjects
