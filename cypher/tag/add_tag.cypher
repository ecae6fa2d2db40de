// tag.add_tag
// Leaves a tag on a profile, with its feed entry.
// mode: write
// param position: INTEGER
// param recordedAt: INTEGER
// param operationId: STRING
// param tag: MAP
// returns tagged: STRING
/* :params {position: 42, recordedAt: 1795000000000000, operationId: 'o', tag: {profileId: 'p', name: 'vip', by: 'k'}} */
MATCH (p:Profile {id: $tag.profileId})
MERGE (t:Tag {name: $tag.name})
CREATE (p)-[:TAGGED {by: $tag.by, why: $tag.why, recordedAt: $recordedAt}]->(t)
CREATE (:FeedEntry {lane: 0, position: $position, recordedAt: $recordedAt, kind: 'tag',
                    operationId: $operationId, components: [], profileIds: [p.id], userIds: [], changes: []})
RETURN p.id AS tagged
