// ingest.list_dead_letters
// A page of dead letters by id; of these the ones not yet replayed, of one source and reason where they are named
// (empty text: any). Conflicts are never among them: what was stored first stands. `last` is the page's end.
// mode: read
// param after: STRING
// param until: STRING
// param limit: INTEGER
// param source: STRING
// param reason: STRING
// returns last: STRING
// returns letters: LIST<LIST<ANY>>
/* :params {after: '', until: 'g', limit: 500, source: '', reason: ''} */
MATCH (d:DeadLetter)
WHERE d.id > $after AND d.id < $until
WITH d ORDER BY d.id LIMIT $limit
RETURN max(d.id) AS last,
       collect(CASE
         WHEN d.replayedAt IS NULL AND d.reason <> 'conflict'
              AND $source IN ['', d.source] AND $reason IN ['', d.reason]
         THEN [d.id, d.key, d.source, d.reason, d.month, d.recordedAt, d.payload]
       END) AS letters
