// gallery.ltv_by_cohort
// What are people worth so far, by the month of their first order? In minor units of a currency, from orders that stand and from services; a person
// counts in each currency that they paid in. An order is worth what was said of it last, first by who placed it.
// mode: read
// param since: INTEGER
// param until: INTEGER
// param timeZone: STRING
// param limit: INTEGER
// returns cohort: STRING
// returns currency: STRING
// returns people: INTEGER
// returns orders: INTEGER
// returns orderMinor: INTEGER
// returns serviceMinor: INTEGER
// returns perPersonMinor: FLOAT
/* :params {since: null, until: null, timeZone: 'Asia/Shanghai', limit: 100} */
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
MATCH (p)-[:BROUGHT]->(t:Touchpoint)
WHERE t.kind IN ['order', 'delivery', 'orderCancellation', 'vehicleReturn', 'service']
WITH u, coalesce(t.fact, t.key) AS thing, max(t.kind) = 'service' AS service,
     min(CASE WHEN t.kind IN ['order', 'delivery'] THEN t.occurredAt END) AS orderedAt,
     max(CASE WHEN t.kind IN ['order', 'delivery'] THEN t.occurredAt END) AS stoodAt,
     max(CASE WHEN t.kind IN ['orderCancellation', 'vehicleReturn'] THEN t.occurredAt END) AS undoneAt,
     max(CASE WHEN t.amountMinor IS NOT NULL
              THEN [CASE t.kind WHEN 'order' THEN 2 WHEN 'delivery' THEN 1 ELSE 0 END, t.occurredAt, t.key, t.amountMinor, t.currency] END) AS told
WHERE service OR (stoodAt IS NOT NULL AND NOT coalesce(undoneAt >= stoodAt, false))
WITH u, min(orderedAt) AS firstAt, collect([service, told[3], told[4]]) AS things
WHERE firstAt IS NOT NULL AND ($since IS NULL OR firstAt >= $since) AND ($until IS NULL OR firstAt < $until)
UNWIND things AS one
WITH substring(toString(datetime({epochMillis: firstAt / 1000, timezone: $timeZone})), 0, 7) AS cohort, one[2] AS currency, u, one
WHERE currency IS NOT NULL
WITH cohort, currency, count(DISTINCT u) AS people, sum(CASE WHEN one[0] THEN 0 ELSE 1 END) AS orders,
     sum(CASE WHEN one[0] THEN 0 ELSE one[1] END) AS orderMinor, sum(CASE WHEN one[0] THEN one[1] ELSE 0 END) AS serviceMinor
RETURN cohort AS cohort, currency AS currency, people AS people, orders AS orders, orderMinor AS orderMinor,
       serviceMinor AS serviceMinor, toFloat(orderMinor + serviceMinor) / people AS perPersonMinor
ORDER BY cohort DESC, currency
LIMIT $limit
