// explanation.find_subjects_as_of
// As `explanation.find_subjects`, but whom ids led to at a time in the past, by the intervals: each with the components
// in which that person's records of then are now. The founder of then may be erased; then the record born with the id.
// mode: read
// param asked: MAP
// param at: INTEGER
// returns subjects: LIST<LIST<ANY>>
/* :params {asked: {refs: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, at: 1795000000000000} */
CALL () {
  UNWIND $asked.refs AS ref
  MATCH (p:Profile {id: ref})
  RETURN ref, p, true AS itself
  UNION ALL
  UNWIND $asked.refs AS ref
  OPTIONAL MATCH (gone:Erased {birthId: ref})
  MATCH (p:Profile {birthId: coalesce(gone.successor, ref)})
  RETURN ref, p, false AS itself
}
MATCH (p)-[then:RESOLVED_TO WHERE then.from <= $at AND (then.to IS NULL OR then.to > $at)]->(u)
OPTIONAL MATCH (founder:Profile {birthId: u.oneId})
WITH ref, p, u, CASE WHEN itself OR founder IS NULL THEN p ELSE founder END AS meant
CALL (u) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]-(member:Profile)
  RETURN collect(DISTINCT member.component) AS components
}
RETURN collect([ref, meant.id, u.oneId, meant.component, p.id, components]) AS subjects
