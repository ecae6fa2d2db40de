// gallery.single_source_people
// How many people does each source know, and how many of them does no other source know?
// mode: read
// param limit: INTEGER
// returns source: STRING
// returns profiles: INTEGER
// returns people: INTEGER
// returns alone: INTEGER
// returns share: FLOAT
/* :params {limit: 100} */
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH u, p.source AS source, count(p) AS profiles
WITH u, collect([source, profiles]) AS known
UNWIND known AS one
WITH one[0] AS source, sum(one[1]) AS profiles, count(u) AS people, sum(CASE size(known) WHEN 1 THEN 1 ELSE 0 END) AS alone
RETURN source AS source, profiles AS profiles, people AS people, alone AS alone, toFloat(alone) / people AS share
ORDER BY people DESC, source
LIMIT $limit
