// judgement.write_places
// Writes what differs of the stewards' queue: the place and the value at stake of scored pairs and of ambiguous
// profiles, null for what is in it no longer. Writing it again changes nothing.
// mode: write
// param rows: MAP
// returns written: INTEGER
/* :params {rows: {pairs: [['p', 'q', '999999900', 99]], ambiguous: [['p', null, null]]}} */
CALL () {
  UNWIND $rows.pairs AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (q:Profile {id: r[1]})
  MATCH (p)-[s:SCORED]->(q)
  SET s.place = r[2], s.stake = r[3]
}
CALL () {
  UNWIND $rows.ambiguous AS r
  MATCH (p:Profile {id: r[0]})
  SET p.place = r[1], p.stake = r[2]
}
RETURN size($rows.pairs) + size($rows.ambiguous) AS written
