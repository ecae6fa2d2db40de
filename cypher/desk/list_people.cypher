// desk.list_people
// A page of a desk's people at a step (null: at any) whose last contact was before a time, who were quiet longest first; whose people they are is
// as in `desk.count_steps`. With whom there was no contact, the time counts since which they are known.
// To a dealer, without what stands on another dealer's profiles.
// mode: read
// param desk: STRING
// param consultant: STRING
// param dealer: STRING
// param step: INTEGER
// param quietSince: INTEGER
// param afterAt: INTEGER
// param afterId: STRING
// param rows: INTEGER
// returns people: LIST<LIST<ANY>>
/* :params {desk: 'd-1', consultant: null, dealer: null, step: 2, quietSince: 1795000000000000, afterAt: 0, afterId: '', rows: 21} */
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
WITH u, d, min(k.since) AS since, max(k.lastAt) AS lastAt,
     max(CASE WHEN k.consultantAt IS NOT NULL THEN [k.consultantAt, k.consultant] END) AS named,
     max(CASE WHEN k.deliveredAt IS NOT NULL THEN 5 WHEN k.orderedAt IS NOT NULL THEN 4
               WHEN k.testDrivenAt IS NOT NULL THEN 3 WHEN k.visitedAt IS NOT NULL THEN 2
               WHEN k.enquiredAt IS NOT NULL THEN 1 ELSE 0 END) AS step
WHERE $consultant IS NULL OR named[1] = $consultant
WITH u, max([coalesce(named[0], 0), d.id, since, lastAt, step, named[1]]) AS known
WITH u, known, coalesce(known[3], known[2]) AS lastAt
WHERE lastAt < $quietSince AND ($step IS NULL OR known[4] = $step)
  AND (lastAt > $afterAt OR (lastAt = $afterAt AND u.oneId > $afterId))
WITH u, known, lastAt ORDER BY lastAt, u.oneId LIMIT $rows
RETURN collect([u.oneId, known[1], known[2], known[3], known[4], known[5]]) AS people
