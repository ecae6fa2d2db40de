// console.read_result
// What one run came to.
// mode: read
// param id: STRING
// returns result: LIST<ANY>
/* :params {id: 'r'} */
MATCH (r:QueryResult {id: $id})
RETURN [r.id, r.queryId, r.dueAt, r.by, r.format, r.outcome, r.message, r.month, r.rows, r.bytes, r.digest, r.truncated,
        r.micros, r.recordedAt] AS result
