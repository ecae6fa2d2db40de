// judgement.find_judgement
// One judgement with all it wrote: the profiles it concerns with their components, its verdicts between profiles,
// the evidence it took back (as `identity.read_components` gives it) and the identifiers it calls shared, of which
// `others` says whether another judgement in force does so, too.
// mode: read
// param id: STRING
// returns judgement: LIST<ANY>
// returns verdicts: LIST<LIST<STRING>>
// returns disowned: LIST<LIST<ANY>>
// returns marked: LIST<LIST<ANY>>
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
MATCH (j:Judgement {id: $id})
WITH j, [(j)-[:CONCERNS]->(p:Profile) | [p.id, p.component]] AS concerns
CALL (j) {
  MATCH (j)-[:CONCERNS]->(p:Profile)-[v:SAME_AS|DIFFERENT_FROM WHERE v.judgement = j.id]->(q:Profile)
  RETURN collect(DISTINCT [type(v), p.id, q.id]) AS verdicts
}
CALL (j) {
  MATCH (j)-[:CONCERNS]->(p:Profile)-[d:DISOWNED WHERE d.judgement = j.id]->(i:Identifier)
  MATCH (p)-[e:HAS|CLAIMS]->(i)
  RETURN collect([p.id, i.key, i.namespace, i.scope, type(e), e.grade, e.firstAt, e.lastAt, e.trustedFirstAt,
                  e.trustedLastAt, e.value, e.alias, i.shared]) AS disowned
}
CALL (j) {
  MATCH (j)-[:MARKS]->(i:Identifier)
  RETURN collect([i.key, i.namespace, i.mask,
                  EXISTS { (i)<-[:MARKS]-(o:Judgement WHERE o.retractedAt IS NULL AND o.kind = 'shared'
                                                           AND o.id <> j.id) }]) AS marked
}
RETURN [j.id, j.kind, j.by, j.why, j.sealedBy, j.recordedAt, j.retractedAt, j.retractedBy, j.content,
        concerns] AS judgement, verdicts AS verdicts, disowned AS disowned, marked AS marked
