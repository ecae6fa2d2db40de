// console.find_query
// A query, unless it was deleted; what it is called is sealed.
// mode: read
// param id: STRING
// returns query: LIST<ANY>
/* :params {id: 'q'} */
MATCH (q:SavedQuery {id: $id})
WHERE q.deletedAt IS NULL
RETURN [q.id, q.owner, q.sharing, q.about, q.month, q.newest, q.recordedAt] AS query
