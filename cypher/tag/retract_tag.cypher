// tag.retract_tag
// Takes a tag off profiles, with its feed entry; what was taken back before stays as it was.
// mode: write
// param position: INTEGER
// param recordedAt: INTEGER
// param operationId: STRING
// param tag: MAP
// returns untagged: INTEGER
/* :params {position: 42, recordedAt: 1795000000000000, operationId: 'o', tag: {profiles: ['p'], name: 'vip', by: 'k'}} */
CALL () {
  UNWIND $tag.profiles AS id
  MATCH (p:Profile {id: id})-[g:TAGGED WHERE g.retractedAt IS NULL]->(t {name: $tag.name})
  SET g.retractedAt = $recordedAt, g.retractedBy = $tag.by
  RETURN count(g) AS untagged
}
CREATE (:FeedEntry {lane: 0, position: $position, recordedAt: $recordedAt, kind: 'tag',
                    operationId: $operationId, components: [], profileIds: $tag.profiles, userIds: [], changes: []})
RETURN untagged AS untagged
