// judgement.list_likely_pairs
// A page of the pairs that a model finds likely and that nobody has judged, most at stake first, each with both users.
// `key` is the place in the queue. Who became one user, or was judged, since the queue was written is left out.
// mode: read
// param after: STRING
// param minimum: FLOAT
// param limit: INTEGER
// returns key: STRING
// returns probability: FLOAT
// returns model: STRING
// returns stake: INTEGER
// returns left: LIST<STRING>
// returns right: LIST<STRING>
/* :params {after: '', minimum: 0.5, limit: 21} */
MATCH (p:Profile)-[s:SCORED]->(q:Profile)
USING INDEX SEEK s:SCORED(place) // whatever the counts of the day: a page is a range of it
WHERE s.place > $after AND s.probability >= $minimum
WITH p, s, q ORDER BY s.place
CALL (p, q) { // row by row, so that the order of the index is the order of the page
  MATCH (p)-[a:RESOLVED_TO WHERE a.to IS NULL]->(u:User)
  MATCH (q)-[b:RESOLVED_TO WHERE b.to IS NULL]->(v:User)
  WHERE u.oneId <> v.oneId
    AND NOT EXISTS {
      MATCH (u)<-[c:RESOLVED_TO WHERE c.to IS NULL]-(one:Profile)
      MATCH (one)-[j:SAME_AS|DIFFERENT_FROM WHERE j.retractedAt IS NULL]-(other:Profile)
      MATCH (other)-[d:RESOLVED_TO WHERE d.to IS NULL]->(v)
    }
  RETURN u, v
}
RETURN s.place AS key, s.probability AS probability, s.model AS model, s.stake AS stake,
       [p.id, u.oneId, p.source] AS left, [q.id, v.oneId, q.source] AS right
ORDER BY key
LIMIT $limit
