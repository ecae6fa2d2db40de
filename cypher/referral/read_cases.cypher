// referral.read_cases
// What judging some friends needs beside what was said of them: their referrals as they are stored, with what people decided
// and what is asked of them; claims; since when they own a car; tags that name a part somebody may not take. And of codes whose
// they are today, of invitations under which code and when they were sent.
// mode: read
// param asked: MAP
// returns referrals: LIST<LIST<ANY>>
// returns claims: LIST<LIST<ANY>>
// returns owners: LIST<LIST<ANY>>
// returns codes: LIST<LIST<ANY>>
// returns invited: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], codes: ['23456789'], invitations: ['i']}} */
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)<-[:FOR]-(f:Referral)
  RETURN collect([oneId, properties(f),
    [(f)-[:HAS_DECISION]->(d:ReferralDecision) | [d.id, d.by, d.at, d.outcome, d.flags]],
    [(f)-[:HAS_REVIEW]->(v:ReferralReview) | [v.key, v.state]],
    [(f)-[:HAS_FLAG]->(g:ReferralFlag) | [g.key, g.score, g.path, g.why, g.clears]]]) AS referrals
}
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)<-[:CLAIMED_FOR]-(c:ReferralClaim)
  RETURN collect([oneId, c.programme, c.id, c.orderFact, p.id, c.shares, c.madeAt, c.decidedAt, c.state]) AS claims
}
CALL () {
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[d:DRIVES]->(:Vehicle)
  WHERE d.ownerSince IS NOT NULL
  WITH oneId, min(d.ownerSince) AS since
  RETURN collect([oneId, since]) AS owners
}
CALL () {
  UNWIND $asked.codes AS code
  MATCH (c:ReferralCode {code: code})<-[:SHARES]-(p:Profile)-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
  RETURN collect([c.code, c.programme, p.id, u.oneId, c.disabledAt]) AS codes
}
CALL () {
  UNWIND $asked.invitations AS id
  MATCH (i:Invitation {id: id})
  RETURN collect([i.id, i.code, i.at, i.acceptedAt]) AS invited
}
RETURN referrals AS referrals, claims AS claims, owners AS owners, codes AS codes, invited AS invited
