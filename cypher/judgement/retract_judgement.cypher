// judgement.retract_judgement
// Takes a judgement back: its verdicts end, the evidence it took back counts again, and identifiers that no other
// judgement in force calls shared (`unshared`, by key) are so no longer.
// mode: write
// param id: STRING
// param by: STRING
// param recordedAt: INTEGER
// param rows: MAP
// returns id: STRING
/* :params {id: 'j', by: 'k', recordedAt: 1795000000000000, rows: {unshared: ['ik']}} */
MATCH (j:Judgement {id: $id})
SET j.retractedAt = $recordedAt, j.retractedBy = $by
WITH j
CALL (j) {
  MATCH (j)-[:CONCERNS]->(:Profile)-[v:SAME_AS|DIFFERENT_FROM WHERE v.judgement = j.id]->(:Profile)
  SET v.retractedAt = $recordedAt
}
CALL (j) {
  MATCH (j)-[:CONCERNS]->(p:Profile)-[d:DISOWNED WHERE d.judgement = j.id]->(i:Identifier)
  MATCH (p)-[e:HAS|CLAIMS]->(i)
  REMOVE e.retractedAt
  DELETE d
}
CALL () {
  UNWIND $rows.unshared AS key
  MATCH (i:Identifier {key: key})
  REMOVE i.shared
}
RETURN j.id AS id
