// referral.read_referrals
// The referrals of users, as who brought (`made`) and as who was brought, each with the users that its ends are now.
// mode: read
// param asked: MAP
// param most: INTEGER
// returns referrals: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, most: 100} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})
CALL (u) {
  CALL (u) {
    MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[:MADE]->(f:Referral)
    RETURN f, true AS made
    UNION
    MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)<-[:FOR]-(f:Referral)
    RETURN f, false AS made
  }
  WITH f, made ORDER BY f.openedAt DESC, f.id DESC LIMIT $most
  RETURN collect([made, properties(f),
    head([(f)<-[:MADE]-(:Profile)-[a:RESOLVED_TO WHERE a.to IS NULL]->(v:User) | v.oneId]),
    head([(f)-[:FOR]->(:Profile)-[b:RESOLVED_TO WHERE b.to IS NULL]->(w:User) | w.oneId])]) AS found
}
RETURN collect([oneId, found]) AS referrals
