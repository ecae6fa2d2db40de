// gallery.dealers_pipeline
// How many people are at which step with each dealer, and how many of them have had no contact there for `quietDays`? Everybody counts by the
// furthest step.
// mode: read
// param asOf: INTEGER
// param quietDays: INTEGER
// param limit: INTEGER
// returns dealer: STRING
// returns step: STRING
// returns people: INTEGER
// returns quiet: INTEGER
/* :params {asOf: null, quietDays: 90, limit: 100} */
WITH coalesce($asOf, timestamp() * 1000) AS now
MATCH (p:Profile)-[k:KNOWN_TO]->(d:Dealer)
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH now, u, d, min(k.since) AS knownAt, max(k.lastAt) AS lastAt,
     max(CASE WHEN k.deliveredAt IS NOT NULL THEN 5 WHEN k.orderedAt IS NOT NULL THEN 4
               WHEN k.testDrivenAt IS NOT NULL THEN 3 WHEN k.visitedAt IS NOT NULL THEN 2
               WHEN k.enquiredAt IS NOT NULL THEN 1 ELSE 0 END) AS step
WITH d.id AS dealer, step, count(u) AS people,
     sum(CASE WHEN coalesce(lastAt, knownAt) < now - $quietDays * 86400000000 THEN 1 ELSE 0 END) AS quiet
RETURN dealer AS dealer, ['known', 'enquired', 'visited', 'testDriven', 'ordered', 'delivered'][step] AS step, people AS people, quiet AS quiet
ORDER BY dealer, step
LIMIT $limit
