// desk.list_changed
// Of these profiles, the people of a desk of whom its dealer was told something at or after a commit, with what they are to it now; and when
// that was last. Whose people they are is as in `desk.count_steps`; what another dealer was told is no change.
// mode: read
// param desk: STRING
// param consultant: STRING
// param dealer: STRING
// param asked: MAP
// param since: INTEGER
// param rows: INTEGER
// returns at: INTEGER
// returns people: LIST<LIST<ANY>>
/* :params {desk: 'd-1', consultant: null, dealer: null, asked: {profileIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, since: 1795000000000000, rows: 101} */
UNWIND $asked.profileIds AS id
MATCH (one:Profile {id: id})-[told:KNOWN_TO]->(d:Dealer)
WHERE told.changedAt >= $since AND ($desk IS NULL OR d.id = $desk) AND ($dealer IS NULL OR d.id = $dealer)
  AND ($dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: one.source}) WHERE s.dealer <> $dealer })
MATCH (one)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH u, d, max(told.changedAt) AS changedAt
MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(p:Profile)-[k:KNOWN_TO]->(d)
WHERE $dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
WITH u, d, changedAt, min(k.since) AS since, max(k.lastAt) AS lastAt,
     max(CASE WHEN k.consultantAt IS NOT NULL THEN [k.consultantAt, k.consultant] END) AS named,
     max(CASE WHEN k.deliveredAt IS NOT NULL THEN 5 WHEN k.orderedAt IS NOT NULL THEN 4
               WHEN k.testDrivenAt IS NOT NULL THEN 3 WHEN k.visitedAt IS NOT NULL THEN 2
               WHEN k.enquiredAt IS NOT NULL THEN 1 ELSE 0 END) AS step
WHERE $consultant IS NULL OR named[1] = $consultant
WITH u, max(changedAt) AS changedAt, max([coalesce(named[0], 0), d.id, since, lastAt, step, named[1]]) AS known
ORDER BY changedAt DESC, u.oneId LIMIT $rows
RETURN max(changedAt) AS at, collect([u.oneId, known[1], known[2], known[3], known[4], known[5]]) AS people
