// referral.find_review
// A review by its key, with the friend's profile.
// mode: read
// param key: STRING
// returns review: MAP
// returns profileId: STRING
/* :params {key: 'v'} */
MATCH (v:ReferralReview {key: $key})
RETURN properties(v) AS review, head([(v)<-[:HAS_REVIEW]-(:Referral)-[:FOR]->(p:Profile) | p.id]) AS profileId
