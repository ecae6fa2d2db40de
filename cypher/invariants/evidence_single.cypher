// invariants.evidence_single
// A profile and an identifier are joined by one edge, with its value sealed and its time of commit.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (i:Identifier)
WHERE i.key > ''
MATCH (i)<-[e:HAS|CLAIMS]-(p:Profile)
WITH i, p, count(e) AS edges, sum(CASE WHEN e.value IS NULL OR e.recordedAt IS NULL THEN 1 ELSE 0 END) AS bare
WHERE edges > 1 OR bare > 0
RETURN i.key AS subject, p.id + ': ' + toString(edges) + ' edges, ' + toString(bare) + ' bare' AS detail
ORDER BY subject
LIMIT 20
