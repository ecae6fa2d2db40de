// invariants.component_shared
// Profiles of one user lie in one link component.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (u:User)
WHERE u.oneId > ''
MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
WITH u, count(DISTINCT p.component) AS components
WHERE components > 1
RETURN u.oneId AS subject, toString(components) + ' components' AS detail
ORDER BY subject
LIMIT 20
