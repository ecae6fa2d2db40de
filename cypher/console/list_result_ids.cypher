// console.list_result_ids
// Whose files may lie there: results of these queries, and their runs under way. A query that was deleted has neither.
// mode: read
// param wanted: MAP
// returns ids: LIST<STRING>
/* :params {wanted: {queries: ['q']}} */
UNWIND $wanted.queries AS id
MATCH (q:SavedQuery {id: id})
OPTIONAL MATCH (s:QuerySchedule {queryId: id})
WITH q, s.lease AS lease
OPTIONAL MATCH (q)-[:HAS_RESULT]->(r:QueryResult)
WITH collect(r.id) + collect(DISTINCT lease) AS found
UNWIND found AS one
RETURN collect(DISTINCT one) AS ids
