// console.hold_query
// Holds a query until the transaction ends: what is read of it behind this is what is changed.
// mode: write
// param id: STRING
// returns revision: INTEGER
/* :params {id: 'q'} */
MATCH (q:SavedQuery {id: $id})
SET q.revision = q.revision + 1
RETURN q.revision AS revision
