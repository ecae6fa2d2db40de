// gallery.people_by_tag
// How many people carry each tag, and how many of them have ordered?
// mode: read
// param limit: INTEGER
// returns tag: STRING
// returns people: INTEGER
// returns ordered: INTEGER
// returns share: FLOAT
/* :params {limit: 100} */
MATCH (p:Profile)-[g:TAGGED WHERE g.retractedAt IS NULL]->(tag:Tag)
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH DISTINCT tag, u
WITH tag.name AS name, count(u) AS people,
     sum(CASE WHEN EXISTS {
       MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile)-[k:KNOWN_TO WHERE k.orderedAt IS NOT NULL]->(:Dealer)
     } THEN 1 ELSE 0 END) AS ordered
RETURN name AS tag, people AS people, ordered AS ordered, toFloat(ordered) / people AS share
ORDER BY people DESC, tag
LIMIT $limit
