// judgement.find_subjects
// The profiles that are meant: by profile id itself, or by a oneId the founder of the person it leads to now; each
// with its user and component, and the profile that was born with that oneId, or succeeded to it from an erased one.
// `standing` are the judgements in force about any of them, by what they say.
// mode: read
// param asked: MAP
// returns subjects: LIST<LIST<STRING>>
// returns standing: LIST<LIST<STRING>>
/* :params {asked: {refs: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
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
CALL (profiles, founders) {
  UNWIND profiles + founders AS subject
  UNWIND [subject[1], subject[4]] AS id
  MATCH (:Profile {id: id})<-[:CONCERNS]-(j:Judgement WHERE j.retractedAt IS NULL)
  RETURN collect([j.content, j.id]) AS standing
}
RETURN profiles + founders AS subjects, standing AS standing
