// gallery.referral_rings
// How many rings are there in which people brought one another in turn, by how many people are in the ring? Over referrals that were not rejected,
// whoever was first; rings of two to four people are found.
// mode: read
// param programme: STRING
// param limit: INTEGER
// returns people: INTEGER
// returns rings: INTEGER
/* :params {programme: null, limit: 100} */
MATCH (p:Profile)-[:MADE]->(e:Referral WHERE e.judgement <> 'rejected')-[:FOR]->(q:Profile)
WHERE $programme IS NULL OR e.programme = $programme
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(a:User)
MATCH (q)-[s:RESOLVED_TO WHERE s.to IS NULL]->(b:User)
WHERE a.oneId < b.oneId // each ring is found once, from the least of its people
WITH DISTINCT a, b
MATCH (b)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile)-[:MADE]->(e:Referral WHERE e.judgement <> 'rejected')-[:FOR]->(:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(c:User)
WHERE c.oneId >= a.oneId AND c <> b AND ($programme IS NULL OR e.programme = $programme)
WITH DISTINCT a, b, c
CALL (a, b, c) {
  WITH a, c WHERE c = a
  RETURN 2 AS people
  UNION ALL
  MATCH (c)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile)-[:MADE]->(e:Referral WHERE e.judgement <> 'rejected')-[:FOR]->(:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(d:User)
  WHERE c <> a AND d.oneId >= a.oneId AND d <> b AND d <> c AND ($programme IS NULL OR e.programme = $programme)
  WITH DISTINCT a, d
  WHERE d = a OR EXISTS {
    MATCH (d)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:MADE]->(f:Referral WHERE f.judgement <> 'rejected')-[:FOR]->(:Profile)-[l:RESOLVED_TO WHERE l.to IS NULL]->(a)
    WHERE $programme IS NULL OR f.programme = $programme
  }
  RETURN CASE d WHEN a THEN 3 ELSE 4 END AS people
}
RETURN people AS people, count(*) AS rings
ORDER BY people
LIMIT $limit
