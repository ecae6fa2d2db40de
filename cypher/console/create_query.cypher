// console.create_query
// Keeps a query with its first version, or answers the query that the same write kept before.
// mode: write
// param query: MAP
// returns id: STRING
/* :params {query: {id: 'q', key: 'q:1', owner: 'k', by: 'k', sharing: 'private', about: 'sealed', month: '2026-11', content: 'sealed',
                    operation: 'o', at: 1795000000000000}} */
MERGE (v:SavedQueryVersion {operation: $query.operation})
  ON CREATE SET v.key = $query.key, v.queryId = $query.id, v.number = 1, v.content = $query.content,
                v.month = $query.month, v.by = $query.by, v.recordedAt = $query.at
FOREACH (_ IN CASE WHEN v.queryId = $query.id THEN [1] ELSE [] END |
  MERGE (q:SavedQuery {id: $query.id})
    ON CREATE SET q.owner = $query.owner, q.sharing = $query.sharing, q.about = $query.about, q.month = $query.month,
                  q.newest = 1, q.revision = 0, q.recordedAt = $query.at
  MERGE (q)-[:HAS_VERSION]->(v)
)
RETURN v.queryId AS id
