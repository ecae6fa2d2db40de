// desk.read_dealers
// The dealers who know people, each with what they are to each other, by dealer: a dealer is told of itself, and without what stands on another
// dealer's profiles.
// mode: read
// param asked: MAP
// param dealer: STRING
// returns known: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, dealer: null} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[k:KNOWN_TO]->(d:Dealer)
WHERE $dealer IS NULL
   OR (d.id = $dealer AND NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer })
WITH oneId, d.id AS dealer, min(k.since) AS since, max(k.lastAt) AS lastAt,
     max(CASE WHEN k.consultantAt IS NOT NULL THEN [k.consultantAt, k.consultant] END) AS named,
     max(CASE WHEN k.deliveredAt IS NOT NULL THEN 5 WHEN k.orderedAt IS NOT NULL THEN 4
               WHEN k.testDrivenAt IS NOT NULL THEN 3 WHEN k.visitedAt IS NOT NULL THEN 2
               WHEN k.enquiredAt IS NOT NULL THEN 1 ELSE 0 END) AS step
ORDER BY oneId, dealer
RETURN collect([oneId, dealer, since, lastAt, step, named[1]]) AS known
