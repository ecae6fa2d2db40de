// referral.list_reviews
// A page of reviews in a state, those first that are so longest; each with the friend's profile.
// mode: read
// param state: STRING
// param after: MAP
// param limit: INTEGER
// returns reviews: LIST<LIST<ANY>>
/* :params {state: 'open', after: {at: 0, key: ''}, limit: 51} */
MATCH (v:ReferralReview)
WHERE v.state = $state AND v.at >= $after.at AND (v.at > $after.at OR v.key > $after.key)
WITH v ORDER BY v.at, v.key LIMIT $limit
RETURN collect([properties(v), head([(v)<-[:HAS_REVIEW]-(:Referral)-[:FOR]->(p:Profile) | p.id])]) AS reviews
