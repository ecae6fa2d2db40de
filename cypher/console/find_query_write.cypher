// console.find_query_write
// The version that a write left, if it was done before.
// mode: read
// param operation: STRING
// returns number: INTEGER
/* :params {operation: 'o'} */
MATCH (v:SavedQueryVersion {operation: $operation})
RETURN v.number AS number
