// referral.read_referrers
// Of users the tags that name a part they have, and who brought them first with the profile that did.
// mode: read
// param asked: MAP
// returns tags: LIST<LIST<STRING>>
// returns above: LIST<LIST<STRING>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], tags: ['staff', 'partner']}} */
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[g:TAGGED WHERE g.retractedAt IS NULL]->(t:Tag)
  WHERE t.name IN $asked.tags
  RETURN collect(DISTINCT [oneId, t.name]) AS tags
}
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})-[e:FIRST_REFERRED_BY]->(above:User)
  MATCH (f:Referral {id: e.referral})<-[:MADE]-(p:Profile)
  USING INDEX SEEK f:Referral(id) // while a database fills, the planner prefers a scan of all referrals for each user
  RETURN collect([oneId, above.oneId, p.id]) AS above
}
RETURN tags AS tags, above AS above
