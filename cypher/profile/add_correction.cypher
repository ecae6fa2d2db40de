// profile.add_correction
// Leaves a manual correction on a profile, with its feed entry.
// mode: write
// param position: INTEGER
// param recordedAt: INTEGER
// param operationId: STRING
// param correction: MAP
// returns id: STRING
/* :params {position: 42, recordedAt: 1795000000000000, operationId: 'o', correction: {profileId: 'p', id: 'c'}} */
MATCH (p:Profile {id: $correction.profileId})
SET p.corrected = true
CREATE (p)-[:CORRECTED]->(c:Correction {
  id: $correction.id, field: $correction.field, value: $correction.value, by: $correction.by, why: $correction.why,
  searchTokens: $correction.searchTokens,  recordedAt: $recordedAt})
CREATE (:FeedEntry {lane: 0, position: $position, recordedAt: $recordedAt, kind: 'correction',
                    operationId: $operationId, components: [], profileIds: [p.id], userIds: [], changes: []})
RETURN c.id AS id
