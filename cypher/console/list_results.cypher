// console.list_results
// What the runs of a query's schedule came to, newest first, before one of them.
// mode: read
// param id: STRING
// param before: STRING
// param limit: INTEGER
// returns results: LIST<LIST<ANY>>
/* :params {id: 'q', before: '~', limit: 51} */
MATCH (:SavedQuery {id: $id})-[:HAS_RESULT]->(r:QueryResult)
WHERE r.id < $before
WITH r ORDER BY r.id DESC LIMIT $limit
RETURN collect([r.id, r.queryId, r.dueAt, r.by, r.format, r.outcome, r.message, r.month, r.rows, r.bytes, r.digest, r.truncated,
                r.micros, r.recordedAt]) AS results
