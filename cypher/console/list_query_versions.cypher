// console.list_query_versions
// Which versions a query has, oldest first.
// mode: read
// param id: STRING
// returns versions: LIST<LIST<ANY>>
/* :params {id: 'q'} */
MATCH (:SavedQuery {id: $id})-[:HAS_VERSION]->(v:SavedQueryVersion)
WITH v ORDER BY v.number
RETURN collect([v.number, v.by, v.recordedAt]) AS versions
