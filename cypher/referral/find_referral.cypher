// referral.find_referral
// One referral with everything about it: its ends with the users that they are now, its flags, decisions, reviews and rewards.
// mode: read
// param id: STRING
// returns referral: MAP
// returns ends: LIST<STRING>
// returns flags: LIST<MAP>
// returns decisions: LIST<MAP>
// returns reviews: LIST<MAP>
// returns rewards: LIST<MAP>
/* :params {id: 'f'} */
MATCH (f:Referral {id: $id})
OPTIONAL MATCH (f)<-[:MADE]-(p:Profile)
OPTIONAL MATCH (p)-[a:RESOLVED_TO WHERE a.to IS NULL]->(referrer:User)
OPTIONAL MATCH (f)-[:FOR]->(q:Profile)
OPTIONAL MATCH (q)-[b:RESOLVED_TO WHERE b.to IS NULL]->(friend:User)
CALL (f) {
  MATCH (w:Reward {referral: f.id})
  WITH w ORDER BY w.grantedAt, w.key
  RETURN collect(properties(w)) AS rewards
}
RETURN properties(f) AS referral, [p.id, referrer.oneId, q.id, friend.oneId] AS ends,
       [(f)-[:HAS_FLAG]->(g:ReferralFlag) | properties(g)] AS flags,
       [(f)-[:HAS_DECISION]->(d:ReferralDecision) | properties(d)] AS decisions,
       [(f)-[:HAS_REVIEW]->(v:ReferralReview) | properties(v)] AS reviews,
       rewards AS rewards
