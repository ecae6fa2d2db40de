// matching.list_ids
// A page of profile ids, ascending.
// mode: read
// param after: STRING
// param limit: INTEGER
// returns ids: LIST<STRING>
/* :params {after: '', limit: 2000} */
MATCH (p:Profile)
WHERE p.id > $after
WITH p.id AS id ORDER BY id LIMIT $limit
RETURN collect(id) AS ids
