// console.delete_query
// Takes a query away from everybody; it stays stored, with who did that and when.
// mode: write
// param query: MAP
// returns id: STRING
/* :params {query: {id: 'q', by: 'k', at: 1795000000000000}} */
MATCH (q:SavedQuery {id: $query.id})
SET q.deletedAt = $query.at, q.deletedBy = $query.by
RETURN q.id AS id
