// tag.find_founder
// The person that a oneId leads to now, of an erased profile by its successor, and the founder's profile.
// mode: read
// param oneId: STRING
// returns present: STRING
// returns profileId: STRING
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
OPTIONAL MATCH (gone:Erased {birthId: $oneId})
MATCH (:Profile {birthId: coalesce(gone.successor, $oneId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
MATCH (founder:Profile {birthId: u.oneId})
RETURN u.oneId AS present, founder.id AS profileId
