// gallery.likely_pairs
// How many pairs of profiles does the model score how likely, and how many of them are one person already? By bands of 0.05, from `least` of a pair
// to just below the next; `waiting` are in the stewards' queue.
// mode: read
// param limit: INTEGER
// returns band: FLOAT
// returns pairs: INTEGER
// returns joined: INTEGER
// returns waiting: INTEGER
/* :params {limit: 100} */
MATCH (a:Profile)-[s:SCORED]->(b:Profile)
OPTIONAL MATCH (a)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)<-[q:RESOLVED_TO WHERE q.to IS NULL]-(b)
WITH s, toInteger(floor(s.probability * 20)) AS band, count(u) > 0 AS joined
RETURN band / 20.0 AS band, count(s) AS pairs, sum(CASE WHEN joined THEN 1 ELSE 0 END) AS joined, count(s.place) AS waiting
ORDER BY band DESC
LIMIT $limit
