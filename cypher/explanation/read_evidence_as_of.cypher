// explanation.read_evidence_as_of
// As `identity.read_components`, but the evidence that was committed by a time in the past and not yet taken back, of
// profiles that were there, each with its user of then. A claim that became trusted evidence since was a claim; what a
// steward called wrong then, and not any more, did not count. What is overwritten is as it is now: traits, times of use,
// the grade of trusted evidence; scores that are newer are left out (`later`, by pair). `erased` counts tombstones since
// then that lead to these profiles.
// mode: read
// param read: MAP
// param at: INTEGER
// param busy: INTEGER
// returns profiles: LIST<LIST<ANY>>
// returns degrees: LIST<LIST<ANY>>
// returns later: LIST<LIST<STRING>>
// returns erased: INTEGER
/* :params {read: {components: ['0198c0de-0000-7d3e-9f00-5a1b2c3d4e5f']}, at: 1795000000000000, busy: 40} */
CALL () {
  UNWIND $read.components AS component
  MATCH (p:Profile {component: component})
  WHERE p.recordedAt <= $at
  RETURN collect(p) AS there
}
CALL (there) {
  UNWIND there AS p
  RETURN collect([
    p.id, p.source, p.recordId, p.birthId, p.seq, p.founderClass, p.component, p.traits,
    [(p)-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]->(u) | [u.oneId, r.tier, r.rule, r.reason]],
    [(p)-[e:HAS|CLAIMS WHERE coalesce(e.claimedAt, e.recordedAt) <= $at
                         AND (e.retractedAt IS NULL OR e.retractedAt > $at)]->(i:Identifier)
      WHERE NOT EXISTS {
        (p)<-[:CONCERNS]-(j:Judgement WHERE j.kind = 'wrong' AND j.recordedAt <= $at AND j.retractedAt > $at)-[:MARKS]->(i)
        WHERE coalesce(e.claimedAt, e.recordedAt) < j.recordedAt } |
      [i.key, i.namespace, i.scope, CASE WHEN e.recordedAt <= $at THEN type(e) ELSE 'CLAIMS' END,
       CASE WHEN e.recordedAt <= $at THEN e.grade END, e.firstAt, e.lastAt,
       CASE WHEN e.recordedAt <= $at THEN e.trustedFirstAt END, CASE WHEN e.recordedAt <= $at THEN e.trustedLastAt END,
       e.value, e.alias,
       EXISTS { (i)<-[:MARKS]-(j:Judgement) WHERE j.kind = 'shared' AND j.recordedAt <= $at
                                              AND (j.retractedAt IS NULL OR j.retractedAt > $at) }]],
    [(p)-[j:SAME_AS|DIFFERENT_FROM WHERE j.recordedAt <= $at AND (j.retractedAt IS NULL OR j.retractedAt > $at)]->
       (q:Profile) | [type(j), q.id]],
    [],
    [(p)-[s:SCORED WHERE s.recordedAt <= $at]->(q:Profile) | [q.id, s.probability]]
  ]) AS profiles
}
CALL (there) {
  UNWIND there AS p
  MATCH (p)-[:HAS|CLAIMS]->(i:Identifier)
  WITH DISTINCT i
  WHERE COUNT { (i)<-[:HAS]-() } + COUNT { (i)<-[:CLAIMS]-() } > $busy
  MATCH (i)<-[e:HAS|CLAIMS WHERE coalesce(e.claimedAt, e.recordedAt) <= $at
                             AND (e.retractedAt IS NULL OR e.retractedAt > $at)]-()
  WITH i, count(CASE WHEN type(e) = 'HAS' AND e.recordedAt <= $at THEN 1 END) AS trusted, count(e) AS held
  RETURN collect([i.key, trusted, held]) AS degrees
}
CALL (there) {
  UNWIND there AS p
  MATCH (p)-[s:SCORED WHERE s.recordedAt > $at]->(q:Profile WHERE q.recordedAt <= $at)
  RETURN collect([p.id, q.id]) AS later
}
CALL (there) {
  UNWIND there AS p
  MATCH (e:Erased {successor: p.birthId})
  WHERE e.at > $at
  RETURN count(e) AS erased
}
RETURN profiles AS profiles, degrees AS degrees, later AS later, erased AS erased
