// growth.read_owners
// Owners whose first delivery, of all profiles and dealers, lies within [since, until), at most `most`: when it was, its dealer and, where `models`,
// its model; how many first referrers stand above them (30 at most); their invitations, each [sent, accepted]; and whom they brought and
// nobody else brought before. One of these is [heard of, channel, lead, test drive, order, delivery], each the first of all referrals of that
// person that count. Left out is who had a delivery before that: they are no new owner. Where a programme is named, its invitations and
// referrals alone. A delivery that names no dealer makes nobody an owner here.
// mode: read
// param since: INTEGER
// param until: INTEGER
// param programme: STRING
// param models: BOOLEAN
// param most: INTEGER
// returns deliveredAt: INTEGER
// returns dealer: STRING
// returns model: STRING
// returns generation: INTEGER
// returns invitations: LIST<LIST<INTEGER>>
// returns friends: LIST<LIST<ANY>>
/* :params {since: 0, until: 1795000000000000, programme: null, models: true, most: 50001} */
CALL () {
  MATCH (one:Profile)-[own:KNOWN_TO]->(:Dealer)
  USING INDEX SEEK own:KNOWN_TO(deliveredAt)
  WHERE own.deliveredAt >= $since AND own.deliveredAt < $until
  MATCH (one)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  RETURN DISTINCT u LIMIT $most
}
CALL (u) {
  MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(p:Profile)-[k:KNOWN_TO WHERE k.deliveredAt IS NOT NULL]->(d:Dealer)
  RETURN min([k.deliveredAt, d.id, p.id]) AS first
}
WITH u, first
WHERE first[0] >= $since
CALL (u) {
  MATCH (u)-[:FIRST_REFERRED_BY]->{1,30}(a:User)
  RETURN count(DISTINCT a) AS generation
}
CALL (first) {
  WITH first WHERE $models
  MATCH (t:Touchpoint)
  USING INDEX SEEK t:Touchpoint(profileId, fact)
  WHERE t.profileId = first[2] AND t.fact STARTS WITH 'order:' AND t.kind = 'delivery' AND t.occurredAt = first[0]
  RETURN min(t.model) AS model
}
CALL (u) {
  MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile)-[:SHARES]->(c:ReferralCode)-[:SENT]->(i:Invitation)
  WHERE $programme IS NULL OR c.programme = $programme
  RETURN collect([i.at, i.acceptedAt]) AS invitations
}
CALL (u) {
  MATCH (u)<-[a:RESOLVED_TO WHERE a.to IS NULL]-(:Profile)-[:MADE]->(e:Referral)-[:FOR]->(:Profile)-[b:RESOLVED_TO WHERE b.to IS NULL]->(friend:User)
  WHERE friend <> u AND e.joins IS NULL AND e.judgement <> 'rejected' AND ($programme IS NULL OR e.programme = $programme)
    AND NOT EXISTS { MATCH (friend)-[:FIRST_REFERRED_BY]->(other:User) WHERE other <> u }
  WITH friend, e ORDER BY e.openedAt, e.id
  WITH friend, collect(e)[0] AS e
  OPTIONAL MATCH (friend)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(:Profile)<-[:FOR]-(r:Referral WHERE r.counts)
  WITH friend, e, min(r.identifiedAt) AS identifiedAt, min(r.testDrivenAt) AS testDrivenAt,
       min(r.orderedAt) AS orderedAt, min(r.deliveredAt) AS deliveredAt
  WITH friend, e, identifiedAt, testDrivenAt, orderedAt, deliveredAt,
       CASE WHEN deliveredAt < e.openedAt THEN deliveredAt ELSE e.openedAt END AS newSince // an order may be claimed afterwards
  WHERE NOT EXISTS {
    MATCH (friend)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile)-[o:KNOWN_TO WHERE o.deliveredAt < newSince]->(:Dealer)
  }
  RETURN collect([e.openedAt, e.channel, identifiedAt, testDrivenAt, orderedAt, deliveredAt]) AS friends
}
RETURN first[0] AS deliveredAt, first[1] AS dealer, model AS model, generation AS generation, invitations AS invitations,
       friends AS friends
