// matching.write_scores
// Writes what differs of blocking keys and scored pairs, and what each profile was compared as. A pair is stored once,
// from the lesser id; a blocking key goes with its last holder. Writing it again changes nothing.
// mode: write
// param rows: MAP
// param model: STRING
// param recordedAt: INTEGER
// returns written: INTEGER
/* :params {rows: {unblocked: [], blocked: [], unscored: [], scored: [], matched: []}, model: 'm',
   recordedAt: 1795000000000000} */
CALL () {
  UNWIND $rows.unblocked AS r
  MATCH (p:Profile {id: r[0]})
  UNWIND r[1] AS key
  MATCH (p)-[b:BLOCKS_ON]->(k {key: key})
  DELETE b
  WITH DISTINCT k
  WHERE COUNT { (k)<-[:BLOCKS_ON]-() } = 0
  DELETE k
}
CALL () {
  UNWIND $rows.blocked AS r
  MATCH (p:Profile {id: r[0]})
  UNWIND r[1] AS key
  MERGE (k:BlockingKey {key: key}) ON CREATE SET k.recordedAt = $recordedAt
  MERGE (p)-[:BLOCKS_ON]->(k)
}
CALL () {
  UNWIND $rows.unscored AS r
  MATCH (p:Profile {id: r[0]})-[s:SCORED]->(q {id: r[1]})
  DELETE s
}
CALL () {
  UNWIND $rows.scored AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (q:Profile {id: r[1]})
  MERGE (p)-[s:SCORED]->(q)
  SET s.probability = r[2], s.model = $model, s.recordedAt = $recordedAt
}
CALL () {
  UNWIND $rows.matched AS r
  MATCH (p:Profile {id: r[0]})
  SET p.matched = r[1]
}
RETURN size($rows.scored) AS written
