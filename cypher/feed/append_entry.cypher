// feed.append_entry
// Appends the entry of a write that is not ingest (a key, a source) to the change feed.
// mode: write
// param position: INTEGER
// param recordedAt: INTEGER
// param kind: STRING
// param operationId: STRING
// param touched: MAP
// returns position: INTEGER
/* :params {position: 42, recordedAt: 1795000000000000, kind: 'key',
   operationId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', touched: {users: [], profiles: []}} */
CREATE (e:FeedEntry {lane: 0, position: $position, recordedAt: $recordedAt, kind: $kind,
                     operationId: $operationId, components: [], profileIds: $touched.profiles, userIds: $touched.users, changes: []})
RETURN e.position AS position
