// erasure.find_model
// The matching model that is used.
// mode: read
// returns content: STRING
MATCH (m:MatchingModel)
WHERE m.version > '' AND m.linkedAt IS NOT NULL
WITH m ORDER BY m.recordedAt DESC LIMIT 1
RETURN m.content AS content
