// gallery.shared_identifiers
// How many identifiers of each namespace are used by several people, and by how many? Counted from `least` people on, by present evidence; `marked`
// are those that a steward says are shared.
// mode: read
// param least: INTEGER
// param limit: INTEGER
// returns namespace: STRING
// returns people: INTEGER
// returns identifiers: INTEGER
// returns profiles: INTEGER
// returns marked: INTEGER
/* :params {least: 2, limit: 100} */
MATCH (i:Identifier)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(p:Profile)
WITH i, collect(DISTINCT p) AS holders
WHERE size(holders) >= $least
UNWIND holders AS p
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH i, size(holders) AS profiles, count(DISTINCT u) AS people
WHERE people >= $least
RETURN i.namespace AS namespace, people AS people, count(i) AS identifiers, sum(profiles) AS profiles,
       sum(CASE WHEN i.shared THEN 1 ELSE 0 END) AS marked
ORDER BY people DESC, identifiers DESC, namespace
LIMIT $limit
