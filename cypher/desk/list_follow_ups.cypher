// desk.list_follow_ups
// A page of the open next steps of a desk's people that are due before a time, first due first; whose people they are is as in
// `desk.count_steps`. Of each person the newest plan counts, and it is open while nothing closed it after it was made. `plan` is the touchpoint
// that made it: its sort key begins with the time.
// To a dealer, without what stands on another dealer's profiles.
// mode: read
// param desk: STRING
// param consultant: STRING
// param dealer: STRING
// param until: INTEGER
// param afterAt: INTEGER
// param afterId: STRING
// param rows: INTEGER
// returns people: LIST<LIST<ANY>>
/* :params {desk: 'd-1', consultant: null, dealer: null, until: 1795000000000000, afterAt: 0, afterId: '', rows: 21} */
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
WITH u, d, min(k.since) AS since, max(k.lastAt) AS lastAt, max(k.closedAt) AS closedAt,
     max(CASE WHEN k.consultantAt IS NOT NULL THEN [k.consultantAt, k.consultant] END) AS named,
     max(CASE WHEN k.plannedAt IS NOT NULL THEN [k.plannedAt, k.dueAt] END) AS plan,
     max(CASE WHEN k.deliveredAt IS NOT NULL THEN 5 WHEN k.orderedAt IS NOT NULL THEN 4
               WHEN k.testDrivenAt IS NOT NULL THEN 3 WHEN k.visitedAt IS NOT NULL THEN 2
               WHEN k.enquiredAt IS NOT NULL THEN 1 ELSE 0 END) AS step
WHERE $consultant IS NULL OR named[1] = $consultant
WITH u, max([coalesce(named[0], 0), d.id, since, lastAt, step, named[1], plan, closedAt]) AS known
WITH u, known, known[6][0] AS plannedAt, known[6][1] AS dueAt
WHERE dueAt < $until AND (known[7] IS NULL OR known[7] <= plannedAt)
  AND (dueAt > $afterAt OR (dueAt = $afterAt AND u.oneId > $afterId))
WITH u, known, plannedAt, dueAt ORDER BY dueAt, u.oneId LIMIT $rows
CALL (u, known, plannedAt, dueAt) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[k:KNOWN_TO]->(d:Dealer)
  WHERE d.id = known[1] AND k.plannedAt = plannedAt AND k.dueAt = dueAt
    AND ($dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer })
  MATCH (t:Touchpoint)
  WHERE t.profileId = p.id AND t.at STARTS WITH '0' + toString(plannedAt + 62135596800000000)
    AND t.dealer = d.id AND t.dueAt = dueAt
  RETURN t ORDER BY t.at DESC LIMIT 1
}
WITH u, known, dueAt, t ORDER BY dueAt, u.oneId
RETURN collect([
         u.oneId, known[1], known[2], known[3], known[4], known[5], dueAt,
         [t.profileId, t.at, t.kind, t.event, t.occurredAt, t.receivedAt, t.channel, t.campaign, t.dealer, t.consultant,
          t.model, t.contentId, t.durationSeconds, t.amountMinor, t.currency, t.details]
       ]) AS people
