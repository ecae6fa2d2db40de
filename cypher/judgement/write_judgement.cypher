// judgement.write_judgement
// Writes a judgement with its verdicts; `feed.begin_write` ran first in this transaction. Rows: same and different
// are [profile, profile], disowned [profile, identifier], marked identifiers and shared are keys.
// mode: write
// param judgement: MAP
// param rows: MAP
// returns id: STRING
/* :params {judgement: {id: 'j', kind: 'same', by: 'k', why: null, sealedBy: null, content: 'c', operationId: 'o',
   recordedAt: 1795000000000000}, rows: {}} */
CREATE (j:Judgement {id: $judgement.id, kind: $judgement.kind, by: $judgement.by, why: $judgement.why,
                     sealedBy: $judgement.sealedBy, content: $judgement.content,
                     operationId: $judgement.operationId, recordedAt: $judgement.recordedAt})
WITH j, j.id AS id, j.recordedAt AS at
CALL (j) {
  UNWIND $rows.concerns AS profile
  MATCH (p:Profile {id: profile})
  CREATE (j)-[:CONCERNS]->(p)
}
CALL (id, at) {
  UNWIND $rows.same AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (q:Profile {id: r[1]})
  CREATE (p)-[:SAME_AS {judgement: id, recordedAt: at}]->(q)
}
CALL (id, at) {
  UNWIND $rows.different AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (q:Profile {id: r[1]})
  CREATE (p)-[:DIFFERENT_FROM {judgement: id, recordedAt: at}]->(q)
}
CALL (id, at) {
  UNWIND $rows.disowned AS r
  MATCH (p:Profile {id: r[0]})-[e:HAS|CLAIMS]->(i {key: r[1]})
  SET e.retractedAt = at, p.judged = true
  CREATE (p)-[:DISOWNED {judgement: id, recordedAt: at}]->(i)
}
CALL (j) {
  UNWIND $rows.marked AS key
  MATCH (i:Identifier {key: key})
  SET i.judged = true
  CREATE (j)-[:MARKS]->(i)
}
CALL () {
  UNWIND $rows.shared AS key
  MATCH (i:Identifier {key: key})
  SET i.shared = true
}
RETURN id AS id
