// ingest.list_sources
// Every declared source, by name.
// mode: read
// returns name: STRING
// returns declaration: STRING
// returns recordedAt: INTEGER
MATCH (s:Source) WHERE s.name > ''
RETURN s.name AS name, s.declaration AS declaration, s.recordedAt AS recordedAt
ORDER BY name
