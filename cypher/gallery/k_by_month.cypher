// gallery.k_by_month
// How many new owners does an owner bring within `days` of their own delivery, by the month of that? Only who has had the whole time counts
// (`mature`), for K would be too low else; `referees` are theirs. Where a programme is named, by its referrals alone.
// mode: read
// param asOf: INTEGER
// param days: INTEGER
// param programme: STRING
// param timeZone: STRING
// param limit: INTEGER
// returns month: STRING
// returns owners: INTEGER
// returns mature: INTEGER
// returns referees: INTEGER
// returns k: FLOAT
/* :params {asOf: null, days: 365, programme: null, timeZone: 'Asia/Shanghai', limit: 100} */
WITH coalesce($asOf, timestamp() * 1000) AS now
MATCH (p:Profile)-[k:KNOWN_TO WHERE k.deliveredAt IS NOT NULL]->(:Dealer)
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH now, u, min(k.deliveredAt) AS deliveredAt
CALL (u) {
  MATCH (u)<-[a:RESOLVED_TO WHERE a.to IS NULL]-(:Profile)-[:MADE]->(e:Referral)-[:FOR]->(:Profile)-[b:RESOLVED_TO WHERE b.to IS NULL]->(friend:User)
  WHERE friend <> u AND e.joins IS NULL AND e.judgement <> 'rejected' AND ($programme IS NULL OR e.programme = $programme)
    AND NOT EXISTS { MATCH (friend)-[:FIRST_REFERRED_BY]->(other:User) WHERE other <> u }
  WITH friend, min(e.openedAt) AS openedAt
  MATCH (friend)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(:Profile)<-[:FOR]-(c:Referral WHERE c.counts)
  WITH friend, openedAt, min(c.deliveredAt) AS cameAt
  WHERE cameAt IS NOT NULL AND NOT EXISTS {
    MATCH (friend)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile)-[o:KNOWN_TO WHERE o.deliveredAt < openedAt AND o.deliveredAt < cameAt]->(:Dealer)
  }
  RETURN collect(cameAt) AS came
}
WITH substring(toString(datetime({epochMillis: deliveredAt / 1000, timezone: $timeZone})), 0, 7) AS month, deliveredAt + $days * 86400000000 <= now AS old,
     size([at IN came WHERE at >= deliveredAt AND at < deliveredAt + $days * 86400000000]) AS brought
WITH month, count(old) AS owners, sum(CASE WHEN old THEN 1 ELSE 0 END) AS mature, sum(CASE WHEN old THEN brought ELSE 0 END) AS referees
RETURN month AS month, owners AS owners, mature AS mature, referees AS referees, CASE WHEN mature > 0 THEN toFloat(referees) / mature END AS k
ORDER BY month DESC
LIMIT $limit
