// referral.find_claim
// A claim by its id, with the user for whose order it was made.
// mode: read
// param id: STRING
// returns claim: MAP
// returns oneId: STRING
/* :params {id: 'c'} */
MATCH (c:ReferralClaim {id: $id})
OPTIONAL MATCH (c)-[:CLAIMED_FOR]->(:Profile)-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
RETURN properties(c) AS claim, u.oneId AS oneId
