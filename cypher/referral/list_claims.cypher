// referral.list_claims
// A page of claims in a state, oldest first, each with the user for whose order it was made and their profile.
// mode: read
// param state: STRING
// param after: MAP
// param limit: INTEGER
// returns claims: LIST<LIST<ANY>>
/* :params {state: 'open', after: {at: 0, id: ''}, limit: 51} */
MATCH (c:ReferralClaim)
WHERE c.state = $state AND c.madeAt >= $after.at AND (c.madeAt > $after.at OR c.id > $after.id)
WITH c ORDER BY c.madeAt, c.id LIMIT $limit
RETURN collect([properties(c), head([(c)-[:CLAIMED_FOR]->(:Profile)-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User) | u.oneId]),
                head([(c)-[:CLAIMED_FOR]->(p:Profile) | p.id])]) AS claims
