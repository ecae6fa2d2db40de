// profile.retract_correction
// Takes a manual correction back, with its feed entry; of two who do it at once the first is told.
// mode: write
// param position: INTEGER
// param recordedAt: INTEGER
// param operationId: STRING
// param id: STRING
// param by: STRING
// returns id: STRING
/* :params {position: 42, recordedAt: 1795000000000000, operationId: 'o', id: 'c', by: 'k'} */
MATCH (p:Profile)-[:CORRECTED]->(c:Correction {id: $id})
SET c.retractedBy = CASE WHEN c.retractedAt IS NULL THEN $by ELSE c.retractedBy END,
    c.retractedAt = coalesce(c.retractedAt, $recordedAt)
REMOVE c.searchTokens
CREATE (:FeedEntry {lane: 0, position: $position, recordedAt: $recordedAt, kind: 'correction',
                    operationId: $operationId, components: [], profileIds: [p.id], userIds: [], changes: []})
RETURN c.id AS id
