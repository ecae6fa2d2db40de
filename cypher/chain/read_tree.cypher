// chain.read_tree
// The whole tree in which a person stands: from whoever is above all, at most 30 up, everybody at most 30 below. Of each the person who brought
// them, null for the first; the dealer who delivered to them first, and their city, null where unknown. At most `most` people are walked.
// A former oneId leads to whoever it is now.
// mode: read
// param oneId: STRING
// param most: INTEGER
// returns people: LIST<LIST<STRING>>
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', most: 20000} */
OPTIONAL MATCH (gone:Erased {birthId: $oneId})
MATCH (:Profile {birthId: coalesce(gone.successor, $oneId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
CALL (u) {
  MATCH path = (u)-[:FIRST_REFERRED_BY]->{0,30}(top:User)
  RETURN top ORDER BY length(path) DESC LIMIT 1
}
CALL (top) {
  MATCH (top)<-[:FIRST_REFERRED_BY]-{0,30}(d:User)
  WITH d LIMIT $most
  RETURN DISTINCT d
}
CALL (d) {
  MATCH (d)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(p:Profile)
  OPTIONAL MATCH (p)-[k:KNOWN_TO WHERE k.deliveredAt IS NOT NULL]->(dealer:Dealer)
  RETURN min(CASE WHEN k IS NOT NULL THEN [k.deliveredAt, dealer.id] END) AS first,
         min(CASE WHEN p.city IS NOT NULL THEN [p.seq, p.city] END) AS home
}
OPTIONAL MATCH (d)-[:FIRST_REFERRED_BY]->(by:User)
WITH d, first, home, by, top
RETURN collect([d.oneId, CASE WHEN d <> top THEN by.oneId END, first[1], home[1]]) AS people
