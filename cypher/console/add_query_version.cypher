// console.add_query_version
// Leaves the next version of a query that this transaction holds.
// mode: write
// param version: MAP
// returns number: INTEGER
/* :params {version: {queryId: 'q', key: 'q:2', number: 2, content: 'sealed', month: '2026-11', by: 'k', operation: 'o',
                      recordedAt: 1795000000000000}} */
MATCH (q:SavedQuery {id: $version.queryId})
CREATE (q)-[:HAS_VERSION]->(v:SavedQueryVersion)
SET v = $version, q.newest = v.number
RETURN v.number AS number
