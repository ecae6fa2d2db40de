// console.keep_result
// Keeps what a run came to, and forgets what is older than the last `keep` of those that went well, and of those that did not:
// so a failure takes no good result away.
// mode: write
// param result: MAP
// param keep: INTEGER
// returns forgotten: INTEGER
/* :params {result: {id: 'r', queryId: 'q', dueAt: 1795000000000000, by: 'k', format: 'csv', outcome: 'done', message: null,
                     month: '2026-11', rows: 1, bytes: 10, digest: 'd', truncated: null, micros: 1000,
                     recordedAt: 1795000000000000}, keep: 10} */
MATCH (q:SavedQuery {id: $result.queryId})
CREATE (q)-[:HAS_RESULT]->(kept:QueryResult)
SET kept = $result
WITH q
CALL (q) {
  MATCH (q)-[:HAS_RESULT]->(r:QueryResult)
  WITH r ORDER BY r.id DESC
  WITH r.outcome = 'done' AS good, collect(r) AS newest
  UNWIND newest[$keep..] AS old
  DETACH DELETE old
  RETURN count(*) AS forgotten
}
RETURN forgotten AS forgotten
