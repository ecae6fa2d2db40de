// gallery.consultants_load
// How many people does each consultant look after at a dealer, how many of them are leads still, and how many next steps are overdue? Somebody is
// the consultant's who was named last with them there; a lead has not ordered there.
// mode: read
// param asOf: INTEGER
// param limit: INTEGER
// returns dealer: STRING
// returns consultant: STRING
// returns people: INTEGER
// returns leads: INTEGER
// returns overdue: INTEGER
/* :params {asOf: null, limit: 100} */
WITH coalesce($asOf, timestamp() * 1000) AS now
MATCH (q:Profile)-[k:KNOWN_TO]->(d:Dealer)
MATCH (q)-[m:RESOLVED_TO WHERE m.to IS NULL]->(u:User)
WITH now, u, d, max(k.closedAt) AS closedAt, max(k.cancelledAt) AS cancelledAt,
     max(CASE WHEN k.plannedAt IS NOT NULL THEN [k.plannedAt, k.dueAt] END) AS plan,
     max(CASE WHEN k.bookedAt IS NOT NULL THEN [k.bookedAt, k.appointmentAt] END) AS booking,
     max(CASE WHEN k.consultantAt IS NOT NULL THEN [k.consultantAt, k.consultant] END)[1] AS consultant, min(k.orderedAt) AS orderedAt
WHERE consultant IS NOT NULL
WITH d, consultant, u, orderedAt,
     CASE WHEN plan[1] < now AND NOT coalesce(closedAt > plan[0], false) THEN 1 ELSE 0 END AS calls,
     CASE WHEN booking[1] < now AND NOT coalesce(closedAt > booking[0], false)
               AND NOT coalesce(cancelledAt > booking[0], false) THEN 1 ELSE 0 END AS drives
RETURN d.id AS dealer, consultant AS consultant, count(u) AS people, sum(CASE WHEN orderedAt IS NULL THEN 1 ELSE 0 END) AS leads,
       sum(calls + drives) AS overdue
ORDER BY people DESC, dealer, consultant
LIMIT $limit
