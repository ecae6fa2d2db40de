// matching.store_model
// Keeps a trained model; the same model again is only as new as this time.
// mode: write
// param version: STRING
// param content: STRING
// param recordedAt: INTEGER
// returns version: STRING
/* :params {version: 'm', content: '{}', recordedAt: 1795000000000000} */
MERGE (m:MatchingModel {version: $version})
SET m.content = $content, m.recordedAt = $recordedAt
RETURN m.version AS version
