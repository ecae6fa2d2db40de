// explanation.read_decisions
// What was decided of some profiles, in all times, by profile and time, at most `most` intervals of each, with the
// reasons before the last one of each interval; and by which models pairs of them were scored.
// mode: read
// param asked: MAP
// param most: INTEGER
// returns decisions: LIST<LIST<ANY>>
// returns scored: LIST<LIST<STRING>>
/* :params {asked: {profiles: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'],
   pairs: [['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e60']]}, most: 50} */
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (p:Profile {id: id})
  CALL (p) {
    MATCH (p)-[r:RESOLVED_TO]->(u)
    RETURN r, u ORDER BY r.from DESC LIMIT $most
  }
  WITH p, r, u ORDER BY r.from, p.id
  RETURN collect([p.id, u.oneId, r.from, r.to, r.tier, r.rule, r.reason, r.rules, r.since, r.earlier]) AS decisions
}
CALL () {
  UNWIND $asked.pairs AS pair
  MATCH (p:Profile {id: pair[0]})
  MATCH (q:Profile {id: pair[1]})
  MATCH (p)-[s:SCORED]->(q)
  RETURN collect([p.id, q.id, s.model]) AS scored
}
RETURN decisions AS decisions, scored AS scored
