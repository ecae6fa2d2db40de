// matching.advance_model
// Remembers up to which feed position profiles were compared by a model, and since when it is used; nothing where
// another process got there first.
// mode: write
// param version: STRING
// param before: INTEGER
// param position: INTEGER
// param recordedAt: INTEGER
// returns position: INTEGER
/* :params {version: 'm', before: -1, position: 42, recordedAt: 1795000000000000} */
MATCH (m:MatchingModel {version: $version})
WHERE coalesce(m.position, -1) = $before
SET m.position = $position, m.linkedAt = coalesce(m.linkedAt, $recordedAt)
RETURN m.position AS position
