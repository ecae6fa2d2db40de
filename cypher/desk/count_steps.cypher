// desk.count_steps
// How many people are at each step with a dealer (`desk`), or are a consultant's, who is the one named last with them at that dealer; who has
// several profiles counts once, by the furthest step of all. Of one whom a consultant has at several dealers, the dealer counts where they were
// named last. Steps are 0 (known) to 5 (delivered). The cost is that of the desk's own people, whatever their histories.
// To a dealer, without what stands on another dealer's profiles.
// mode: read
// param desk: STRING
// param consultant: STRING
// param dealer: STRING
// returns steps: LIST<LIST<INTEGER>>
/* :params {desk: 'd-1', consultant: null, dealer: null} */
CALL () {
  MATCH (d:Dealer {id: $desk})<-[k:KNOWN_TO]-(p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  RETURN u, d, p, k
  UNION ALL
  MATCH (one:Profile)-[own:KNOWN_TO]->(d:Dealer)
  USING INDEX SEEK own:KNOWN_TO(consultant)
  WHERE own.consultant = $consultant AND ($dealer IS NULL OR d.id = $dealer)
  MATCH (one)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WITH DISTINCT u, d
  MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(p:Profile)-[k:KNOWN_TO]->(d)
  RETURN u, d, p, k
}
WITH u, d, p, k
WHERE $dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
WITH u, d, max(CASE WHEN k.consultantAt IS NOT NULL THEN [k.consultantAt, k.consultant] END) AS named,
     max(CASE WHEN k.deliveredAt IS NOT NULL THEN 5 WHEN k.orderedAt IS NOT NULL THEN 4
               WHEN k.testDrivenAt IS NOT NULL THEN 3 WHEN k.visitedAt IS NOT NULL THEN 2
               WHEN k.enquiredAt IS NOT NULL THEN 1 ELSE 0 END) AS step
WHERE $consultant IS NULL OR named[1] = $consultant
WITH u, max([coalesce(named[0], 0), d.id, step]) AS known
WITH known[2] AS step, count(*) AS people
RETURN collect([step, people]) AS steps
