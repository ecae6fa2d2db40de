// matching.find_models
// Every model, the newest first: since when it is used (`linkedAt`), and the feed position up to which profiles were
// compared by it.
// mode: read
// returns version: STRING
// returns content: STRING
// returns recordedAt: INTEGER
// returns linkedAt: INTEGER
// returns position: INTEGER
MATCH (m:MatchingModel)
WHERE m.version > ''
RETURN m.version AS version, m.content AS content, m.recordedAt AS recordedAt, m.linkedAt AS linkedAt,
       m.position AS position
ORDER BY recordedAt DESC
