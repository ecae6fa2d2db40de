// profile.find_members
// The oneId that a oneId leads to now, and the profiles of that person; nothing for a oneId that leads nowhere.
// mode: read
// param oneId: STRING
// returns oneId: STRING
// returns profileIds: LIST<STRING>
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
OPTIONAL MATCH (gone:Erased {birthId: $oneId})
MATCH (:Profile {birthId: coalesce(gone.successor, $oneId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
RETURN u.oneId AS oneId,
       COLLECT { MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile) RETURN p.id } AS profileIds
