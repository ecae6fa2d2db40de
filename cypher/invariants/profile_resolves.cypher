// invariants.profile_resolves
// Every profile is exactly one user now.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (p:Profile)
WHERE p.id > ''
WITH p, COUNT { (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(:User) } AS users
WHERE users <> 1
RETURN p.id AS subject, toString(users) + ' current users' AS detail
ORDER BY subject
LIMIT 20
