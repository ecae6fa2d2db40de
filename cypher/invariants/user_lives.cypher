// invariants.user_lives
// A user has a profile now; one without is a FormerUser.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (u:User)
WHERE u.oneId > '' AND NOT EXISTS { (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile) }
RETURN u.oneId AS subject, 'no profile' AS detail
ORDER BY subject
LIMIT 20
