// console.delete_query
// Takes a query away from everybody; it stays stored, with who did that and when. Its schedule and results are gone.
// mode: write
// param query: MAP
// returns id: STRING
/* :params {query: {id: 'q', by: 'k', at: 1795000000000000}} */
MATCH (q:SavedQuery {id: $query.id})
SET q.deletedAt = $query.at, q.deletedBy = $query.by
WITH q
CALL (q) {
  MATCH (q)-[:HAS_SCHEDULE]->(s:QuerySchedule)
  DETACH DELETE s
}
CALL (q) {
  MATCH (q)-[:HAS_RESULT]->(r:QueryResult)
  DETACH DELETE r
}
RETURN q.id AS id
