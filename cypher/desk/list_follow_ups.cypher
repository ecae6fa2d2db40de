// desk.list_follow_ups
// A page of the open next steps of a desk's people that are due before a time, first due first; whose people they are is as in
// `desk.count_steps`. Of each person the newest planned follow-up and the newest booked test drive count, each open while nothing closed it after
// it was made. Told with each is the touchpoint that made it, whose sort key begins with that time.
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
WITH u, d, min(k.since) AS since, max(k.lastAt) AS lastAt, max(k.closedAt) AS closedAt, max(k.cancelledAt) AS cancelledAt,
     max(CASE WHEN k.consultantAt IS NOT NULL THEN [k.consultantAt, k.consultant] END) AS named,
     max(CASE WHEN k.plannedAt IS NOT NULL THEN [k.plannedAt, k.dueAt] END) AS plan,
     max(CASE WHEN k.bookedAt IS NOT NULL THEN [k.bookedAt, k.appointmentAt] END) AS booking,
     max(CASE WHEN k.deliveredAt IS NOT NULL THEN 5 WHEN k.orderedAt IS NOT NULL THEN 4
               WHEN k.testDrivenAt IS NOT NULL THEN 3 WHEN k.visitedAt IS NOT NULL THEN 2
               WHEN k.enquiredAt IS NOT NULL THEN 1 ELSE 0 END) AS step
WHERE $consultant IS NULL OR named[1] = $consultant
WITH u, max([coalesce(named[0], 0), d.id, since, lastAt, step, named[1], plan, booking, closedAt, cancelledAt]) AS known
UNWIND [['followUpPlan', known[6], NULL], ['testDriveBooking', known[7], known[9]]] AS one
WITH u, known, one[0] AS kind, one[1][0] AS plannedAt, one[1][1] AS dueAt, one[2] AS cancelledAt,
     u.oneId + '/' + one[0] AS place
WHERE dueAt < $until AND NOT coalesce(known[8] > plannedAt, false) AND NOT coalesce(cancelledAt > plannedAt, false)
  AND (dueAt > $afterAt OR (dueAt = $afterAt AND place > $afterId))
WITH u, known, kind, plannedAt, dueAt, place ORDER BY dueAt, place LIMIT $rows
CALL (u, known, kind, plannedAt, dueAt) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  WHERE $dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
  MATCH (t:Touchpoint)
  WHERE t.profileId = p.id AND t.at STARTS WITH '0' + toString(plannedAt + 62135596800000000)
    AND t.kind = kind AND t.dealer = known[1] AND t.dueAt = dueAt
  RETURN t ORDER BY t.at DESC LIMIT 1
}
WITH u, known, dueAt, place, t ORDER BY dueAt, place
RETURN collect([
         u.oneId, known[1], known[2], known[3], known[4], known[5], dueAt,
         [t.profileId, t.at, t.kind, t.event, t.occurredAt, t.receivedAt, t.channel, t.campaign, t.dealer, t.consultant,
          t.model, t.contentId, t.durationSeconds, t.amountMinor, t.currency, t.details]
       ]) AS people
