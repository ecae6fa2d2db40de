// gallery.vehicles_by_owners
// How many vehicles of each model have had how many owners, and how many days were between the first and the last?
// mode: read
// param limit: INTEGER
// returns model: STRING
// returns owners: INTEGER
// returns vehicles: INTEGER
// returns medianDays: FLOAT
/* :params {limit: 100} */
MATCH (p:Profile)-[d:DRIVES WHERE d.ownerSince IS NOT NULL]->(v:Vehicle)
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH v, u, min(d.ownerSince) AS ownerAt
WITH v, count(u) AS owners, (max(ownerAt) - min(ownerAt)) / 86400000000.0 AS days
RETURN v.model AS model, owners AS owners, count(v) AS vehicles, percentileCont(CASE WHEN owners > 1 THEN days END, 0.5) AS medianDays
ORDER BY owners DESC, vehicles DESC, model
LIMIT $limit
