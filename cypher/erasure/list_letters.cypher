// erasure.list_letters
// A page of all dead letters by id; of these the ones of some sources, replayed and in conflict, too.
// mode: read
// param after: STRING
// param limit: INTEGER
// param asked: MAP
// returns last: STRING
// returns letters: LIST<LIST<ANY>>
/* :params {after: '', limit: 500, asked: {sources: ['crm']}} */
MATCH (d:DeadLetter)
WHERE d.id > $after
WITH d ORDER BY d.id LIMIT $limit
RETURN max(d.id) AS last,
       collect(CASE WHEN d.source IN $asked.sources
               THEN [d.id, d.key, d.source, d.reason, d.month, d.recordedAt, d.payload, d.recordKey] END) AS letters
