// invariants.disowned_retracted
// Evidence is taken back exactly where its profile disowns the identifier, by one judgement in force.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (i:Identifier)
WHERE i.key > ''
MATCH (i)<-[e:HAS|CLAIMS]-(p:Profile)
WITH i, p, e, COUNT { (p)-[:DISOWNED]->(i) } AS marks
WHERE marks <> CASE WHEN e.retractedAt IS NULL THEN 0 ELSE 1 END
RETURN i.key AS subject, p.id + ': ' + toString(marks) + ' marks' AS detail
ORDER BY subject
LIMIT 20
