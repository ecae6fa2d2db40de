// access.list_line
// The keys of a line of rotations, by the id of the first.
// mode: read
// param line: STRING
// returns ids: LIST<STRING>
/* :params {line: 'k'} */
MATCH (k:ApiKey)
WHERE k.id > '' AND coalesce(k.line, k.id) = $line
RETURN collect(k.id) AS ids
