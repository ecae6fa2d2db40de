// referral.find_review
// A review by its key.
// mode: read
// param key: STRING
// returns review: MAP
/* :params {key: 'v'} */
MATCH (v:ReferralReview {key: $key})
RETURN properties(v) AS review
