// judgement.list_judgements
// The judgements, in force and taken back, about a person's present profiles and about the identifiers they hold,
// oldest first; any birth id leads to its profile's present user, that of an erased profile to its successor's.
// mode: read
// param oneId: STRING
// returns found: BOOLEAN
// returns judgements: LIST<LIST<ANY>>
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
OPTIONAL MATCH (gone:Erased {birthId: $oneId})
MATCH (:Profile {birthId: coalesce(gone.successor, $oneId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
CALL (u) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  CALL (p) {
    MATCH (p)<-[:CONCERNS]-(j:Judgement)
    RETURN j
    UNION
    MATCH (p)-[:HAS|CLAIMS]->(:Identifier)<-[:MARKS]-(j:Judgement WHERE j.kind = 'shared')
    RETURN j
  }
  WITH DISTINCT j ORDER BY j.id
  RETURN collect([
    j.id, j.kind, j.by, j.why, j.sealedBy, j.recordedAt, j.retractedAt, j.retractedBy,
    [(j)-[:CONCERNS]->(q:Profile) | q.id],
    [(j)-[:MARKS]->(i:Identifier) | [i.namespace, i.mask]]
  ]) AS judgements
}
RETURN true AS found, judgements AS judgements
