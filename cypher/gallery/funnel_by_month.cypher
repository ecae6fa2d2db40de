// gallery.funnel_by_month
// Of the people whom dealers came to know in a month, how many have come how far by now? Each step counts who reached it or a later one, at
// whichever dealer.
// mode: read
// param since: INTEGER
// param until: INTEGER
// param timeZone: STRING
// param limit: INTEGER
// returns month: STRING
// returns people: INTEGER
// returns enquired: INTEGER
// returns visited: INTEGER
// returns testDriven: INTEGER
// returns ordered: INTEGER
// returns delivered: INTEGER
/* :params {since: null, until: null, timeZone: 'Asia/Shanghai', limit: 100} */
MATCH (p:Profile)-[k:KNOWN_TO]->(:Dealer)
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH u, min(k.since) AS knownAt,
     max(CASE WHEN k.deliveredAt IS NOT NULL THEN 5 WHEN k.orderedAt IS NOT NULL THEN 4
               WHEN k.testDrivenAt IS NOT NULL THEN 3 WHEN k.visitedAt IS NOT NULL THEN 2
               WHEN k.enquiredAt IS NOT NULL THEN 1 ELSE 0 END) AS step
WHERE ($since IS NULL OR knownAt >= $since) AND ($until IS NULL OR knownAt < $until)
RETURN substring(toString(datetime({epochMillis: knownAt / 1000, timezone: $timeZone})), 0, 7) AS month, count(u) AS people,
       sum(CASE WHEN step >= 1 THEN 1 ELSE 0 END) AS enquired, sum(CASE WHEN step >= 2 THEN 1 ELSE 0 END) AS visited,
       sum(CASE WHEN step >= 3 THEN 1 ELSE 0 END) AS testDriven, sum(CASE WHEN step >= 4 THEN 1 ELSE 0 END) AS ordered,
       sum(CASE WHEN step >= 5 THEN 1 ELSE 0 END) AS delivered
ORDER BY month DESC
LIMIT $limit
