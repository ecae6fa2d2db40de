// gallery.overdue_follow_ups
// At each dealer, how many next steps with people are open, how many of them overdue, and for how many days the oldest? Of a person and dealer the
// newest follow-up and the newest test drive that was booked count, as on desks.
// mode: read
// param asOf: INTEGER
// param limit: INTEGER
// returns dealer: STRING
// returns open: INTEGER
// returns overdue: INTEGER
// returns share: FLOAT
// returns oldestDays: FLOAT
/* :params {asOf: null, limit: 100} */
WITH coalesce($asOf, timestamp() * 1000) AS now
MATCH (p:Profile)-[k:KNOWN_TO]->(d:Dealer)
WHERE k.plannedAt IS NOT NULL OR k.bookedAt IS NOT NULL
MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH DISTINCT now, u, d
MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(q:Profile)-[k:KNOWN_TO]->(d)
WITH now, u, d, max(k.closedAt) AS closedAt, max(k.cancelledAt) AS cancelledAt,
     max(CASE WHEN k.plannedAt IS NOT NULL THEN [k.plannedAt, k.dueAt] END) AS plan,
     max(CASE WHEN k.bookedAt IS NOT NULL THEN [k.bookedAt, k.appointmentAt] END) AS booking
UNWIND [[plan, NULL], [booking, cancelledAt]] AS one
WITH now, d, one[0][0] AS madeAt, one[0][1] AS dueAt, closedAt, one[1] AS cancelledAt
WHERE dueAt IS NOT NULL AND NOT coalesce(closedAt > madeAt, false) AND NOT coalesce(cancelledAt > madeAt, false)
WITH d.id AS dealer, count(dueAt) AS open, sum(CASE WHEN dueAt < now THEN 1 ELSE 0 END) AS overdue,
     max(CASE WHEN dueAt < now THEN (now - dueAt) / 86400000000.0 END) AS oldestDays
RETURN dealer AS dealer, open AS open, overdue AS overdue, toFloat(overdue) / open AS share, oldestDays AS oldestDays
ORDER BY overdue DESC, open DESC, dealer
LIMIT $limit
