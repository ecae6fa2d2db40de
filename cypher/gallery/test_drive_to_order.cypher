// gallery.test_drive_to_order
// At each dealer, how many who drove a car ordered one there afterwards, and how many days later?
// mode: read
// param since: INTEGER
// param until: INTEGER
// param limit: INTEGER
// returns dealer: STRING
// returns testDriven: INTEGER
// returns ordered: INTEGER
// returns conversion: FLOAT
// returns medianDays: FLOAT
/* :params {since: null, until: null, limit: 100} */
MATCH (p:Profile)-[k:KNOWN_TO]->(d:Dealer)
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH u, d, min(k.testDrivenAt) AS drivenAt, min(k.orderedAt) AS orderedAt
WHERE drivenAt IS NOT NULL AND ($since IS NULL OR drivenAt >= $since) AND ($until IS NULL OR drivenAt < $until)
WITH d.id AS dealer, CASE WHEN orderedAt >= drivenAt THEN (orderedAt - drivenAt) / 86400000000.0 END AS days
WITH dealer, count(*) AS testDriven, count(days) AS ordered, percentileCont(days, 0.5) AS medianDays
RETURN dealer AS dealer, testDriven AS testDriven, ordered AS ordered, toFloat(ordered) / testDriven AS conversion, medianDays AS medianDays
ORDER BY testDriven DESC, dealer
LIMIT $limit
