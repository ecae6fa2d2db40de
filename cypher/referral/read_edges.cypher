// referral.read_edges
// The referrals that count of some friends, between the users that their profiles are today; the derived edges out of these
// users as they are, and out of users who are no more; and the states of what people were asked about who brought these friends.
// mode: read
// param asked: MAP
// returns edges: LIST<LIST<ANY>>
// returns derived: LIST<LIST<ANY>>
// returns reviews: LIST<LIST<STRING>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], former: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], kinds: ['second']}} */
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)<-[:FOR]-(f:Referral)
  WHERE f.counts
  MATCH (f)<-[:MADE]-(:Profile)-[now:RESOLVED_TO WHERE now.to IS NULL]->(referrer:User)
  RETURN collect([f.id, referrer.oneId, oneId, f.openedAt]) AS edges
}
CALL () {
  CALL () {
    UNWIND $asked.oneIds AS oneId
    MATCH (u:User {oneId: oneId})
    RETURN u
    UNION
    UNWIND $asked.former AS oneId
    MATCH (u:FormerUser {oneId: oneId})
    RETURN u
  }
  MATCH (u)-[e:FIRST_REFERRED_BY|ALSO_REFERRED_BY]->(to)
  RETURN collect([u.oneId, type(e), to.oneId, e.referral, e.at, e.reason]) AS derived
}
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)<-[:FOR]-(f:Referral)-[:HAS_REVIEW]->(v:ReferralReview)
  WHERE v.kind IN $asked.kinds
  RETURN collect([v.key, v.state]) AS reviews
}
RETURN edges AS edges, derived AS derived, reviews AS reviews
