// profile.list_records
// A page of profiles by id, each with its source, sealed record id and present user; `last` is the page's end.
// mode: read
// param after: STRING
// param limit: INTEGER
// returns last: STRING
// returns records: LIST<LIST<ANY>>
/* :params {after: '', limit: 5000} */
MATCH (p:Profile)
WHERE p.id > $after
WITH p ORDER BY p.id LIMIT $limit
OPTIONAL MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
RETURN max(p.id) AS last,
       collect(CASE WHEN u IS NULL THEN NULL ELSE [p.id, p.source, p.recordId, u.oneId] END) AS records
