// referral.find_claim
// A claim by its id, with the user for whose order it was made and their profile.
// mode: read
// param id: STRING
// returns claim: MAP
// returns oneId: STRING
// returns profileId: STRING
/* :params {id: 'c'} */
MATCH (c:ReferralClaim {id: $id})
OPTIONAL MATCH (c)-[:CLAIMED_FOR]->(p:Profile)
OPTIONAL MATCH (p)-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
RETURN properties(c) AS claim, u.oneId AS oneId, p.id AS profileId
