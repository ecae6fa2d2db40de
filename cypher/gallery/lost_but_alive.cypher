// gallery.lost_but_alive
// At each dealer, how many leads have had no contact for `quietDays`, and how many of them were seen anywhere in the last `aliveDays` and since
// that contact? A lead enquired, visited or drove there, and ordered nowhere.
// mode: read
// param asOf: INTEGER
// param quietDays: INTEGER
// param aliveDays: INTEGER
// param limit: INTEGER
// returns dealer: STRING
// returns quiet: INTEGER
// returns alive: INTEGER
// returns share: FLOAT
/* :params {asOf: null, quietDays: 90, aliveDays: 30, limit: 100} */
WITH coalesce($asOf, timestamp() * 1000) AS now
MATCH (p:Profile)-[k:KNOWN_TO]->(d:Dealer)
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH now, u, d, min(k.since) AS knownAt, max(k.lastAt) AS lastAt, count(k.enquiredAt) + count(k.visitedAt) + count(k.testDrivenAt) AS steps
WITH now, u, d, steps, coalesce(lastAt, knownAt) AS quietAt
WHERE steps > 0 AND quietAt < now - $quietDays * 86400000000
  AND NOT EXISTS {
    MATCH (u)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(:Profile)-[any:KNOWN_TO WHERE any.orderedAt IS NOT NULL OR any.deliveredAt IS NOT NULL]->(:Dealer)
  }
CALL (u) {
  MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(q:Profile)
  RETURN max(q.lastSeenAt) AS seenAt
}
WITH d.id AS dealer, count(u) AS quiet,
     sum(CASE WHEN seenAt > quietAt AND seenAt >= now - $aliveDays * 86400000000 THEN 1 ELSE 0 END) AS alive
RETURN dealer AS dealer, quiet AS quiet, alive AS alive, toFloat(alive) / quiet AS share
ORDER BY alive DESC, quiet DESC, dealer
LIMIT $limit
