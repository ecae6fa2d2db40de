// gallery.service_after_delivery
// Of those whose first car was delivered at least `days` ago, how many came to a workshop within that time, by model? A person's first delivery
// counts.
// mode: read
// param asOf: INTEGER
// param days: INTEGER
// param limit: INTEGER
// returns model: STRING
// returns people: INTEGER
// returns served: INTEGER
// returns share: FLOAT
// returns medianDays: FLOAT
/* :params {asOf: null, days: 365, limit: 100} */
WITH coalesce($asOf, timestamp() * 1000) AS now
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
MATCH (p)-[:BROUGHT]->(t:Touchpoint)
WHERE t.kind IN ['delivery', 'service']
WITH now, u, min(CASE t.kind WHEN 'delivery' THEN [t.occurredAt, t.key, t.model] END) AS delivery,
     collect(CASE t.kind WHEN 'service' THEN t.occurredAt END) AS services
WHERE delivery[0] <= now - $days * 86400000000
CALL (delivery, services) {
  UNWIND services AS at
  WITH at
  WHERE at >= delivery[0] AND at < delivery[0] + $days * 86400000000
  RETURN min(at) AS servedAt
}
WITH delivery[2] AS model, count(u) AS people, count(servedAt) AS served,
     percentileCont((servedAt - delivery[0]) / 86400000000.0, 0.5) AS medianDays
RETURN model AS model, people AS people, served AS served, toFloat(served) / people AS share, medianDays AS medianDays
ORDER BY people DESC, model
LIMIT $limit
