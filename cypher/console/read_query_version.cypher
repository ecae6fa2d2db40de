// console.read_query_version
// What a version of a query says, sealed.
// mode: read
// param key: STRING
// returns version: LIST<ANY>
/* :params {key: 'q:1'} */
MATCH (v:SavedQueryVersion {key: $key})
RETURN [v.number, v.content, v.month, v.by, v.recordedAt] AS version
