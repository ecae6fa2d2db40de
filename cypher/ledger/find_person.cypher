// ledger.find_person
// The person that a oneId leads to now, of an erased profile by its successor, and all present profiles, whose accounts
// are the person's. Programmes are the brand's: dealers are not led here.
// mode: read
// param oneId: STRING
// returns present: STRING
// returns profiles: LIST<STRING>
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
OPTIONAL MATCH (gone:Erased {birthId: $oneId})
MATCH (:Profile {birthId: coalesce(gone.successor, $oneId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
RETURN u.oneId AS present, collect(p.id) AS profiles
