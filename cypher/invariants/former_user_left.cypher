// invariants.former_user_left
// A former user has no profile now, and is not a user.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (u:FormerUser)
WHERE u.oneId > '' AND (u:User OR EXISTS { (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile) })
RETURN u.oneId AS subject, 'still somebody' AS detail
ORDER BY subject
LIMIT 20
