// erasure.find_unswept
// Erased profiles whose messages are not all removed yet.
// mode: read
// returns profiles: LIST<STRING>
MATCH (e:Erasing)
WHERE e.id > ''
RETURN collect(e.id) AS profiles
