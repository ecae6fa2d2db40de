// ingest.apply_sources
// Declares sources: new ones are added, known ones replaced. Rows are [name, declaration, dealer or null], sorted by name.
// mode: write
// param sources: LIST<LIST<ANY>>
// param recordedAt: INTEGER
// returns applied: INTEGER
/* :params {sources: [['shop-web', '{"name":"shop-web","kind":"website"}', null]], recordedAt: 1795000000000000} */
UNWIND $sources AS row
MERGE (s:Source {name: row[0]})
SET s.declaration = row[1], s.dealer = row[2], s.recordedAt = $recordedAt
RETURN count(s) AS applied
