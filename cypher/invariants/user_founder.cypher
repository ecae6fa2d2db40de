// invariants.user_founder
// A user carries the birth id of the founder among its profiles: known before anonymous, then first committed.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (u:User)
WHERE u.oneId > ''
MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
WITH u, p
ORDER BY u.oneId, p.founderClass, p.seq
WITH u, head(collect(p)) AS founder
WHERE founder.birthId <> u.oneId
RETURN u.oneId AS subject, 'its founder was born ' + founder.birthId AS detail
ORDER BY subject
LIMIT 20
