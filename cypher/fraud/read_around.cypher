// fraud.read_around
// People, each with whom it shares an identifier, a vehicle or a household now, and who referred it and each of these: what a ring is
// searched in, one level at once. What more than `most` profiles ever held, or a steward marked as shared, is not walked through; at
// most `rows` shared things, rarest first, and `above` referrals of a person, newest first, of which more came than a click.
// mode: read
// param asked: MAP
// param most: INTEGER
// param rows: INTEGER
// param above: INTEGER
// returns people: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], namespaces: ['phone', 'deviceId'], idle: ['invited', 'clicked', 'lapsed']},
   most: 64, rows: 50, above: 20} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})
CALL (u) {
  CALL (u) {
    MATCH (u)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier)
    WHERE i.namespace IN $asked.namespaces AND i.shared IS NULL
      AND COUNT { (i)<-[:HAS]-() } + COUNT { (i)<-[:CLAIMS]-() } <= $most
    WITH u, i, min(p.id) AS left, min(e.firstAt) AS first, max(e.lastAt) AS last
    MATCH (i)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(q:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(x:User)
    WITH u, i, left, first, last, x, min(q.id) AS right, min(e.firstAt) AS xFirst, max(e.lastAt) AS xLast
    WITH u, i, left, first, last, collect([x, right, xFirst, xLast]) AS holders
    UNWIND holders AS holder
    WITH u, i, left, first, last, holder, size(holders) AS people
    WHERE holder[0] <> u
    RETURN holder[0] AS x, people, [i.namespace, i.key, left, holder[1], people, first, last, holder[2], holder[3]] AS share
    UNION ALL
    MATCH (u)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)-[:DRIVES]->(v:Vehicle)
    WHERE COUNT { (v)<-[:DRIVES]-() } <= $most
    WITH u, v, min(p.id) AS left
    MATCH (v)<-[:DRIVES]-(q:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(x:User)
    WITH u, v, left, x, min(q.id) AS right
    WITH u, v, left, collect([x, right]) AS drivers
    UNWIND drivers AS driver
    WITH u, v, left, driver, size(drivers) AS people
    WHERE driver[0] <> u
    RETURN driver[0] AS x, people, ['vehicle', v.key, left, driver[1], people, null, null, null, null] AS share
    UNION ALL
    MATCH (u)-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
    WHERE h.kind = 'household'
    MATCH (h)<-[o:MEMBER_OF WHERE o.to IS NULL]-(x:User)
    WHERE x <> u
    RETURN x, 2 AS people, ['household', h.householdId, u.oneId, x.oneId, 2, null, null, null, null] AS share
  }
  WITH x, people, share
  ORDER BY people, share[0], share[1], x.oneId
  LIMIT $rows
  RETURN collect([x.oneId, share]) AS neighbours, collect(DISTINCT x) AS others
}
CALL (u) {
  MATCH (u)-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
  WHERE h.kind = 'consultantPhone'
  RETURN collect(h.householdId) AS numbers
}
CALL (u, others) {
  UNWIND [u] + others AS x
  CALL (x) {
    MATCH (x)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(b:Profile)<-[:FOR]-(o:Referral)<-[:MADE]-(a:Profile)
    WHERE NOT o.progress IN $asked.idle
    MATCH (a)-[m:RESOLVED_TO WHERE m.to IS NULL]->(y:User)
    RETURN o, a, b, y
    ORDER BY o.openedAt DESC, o.id
    LIMIT $above
  }
  RETURN collect([x.oneId, o.id, o.openedAt, b.id, a.id, y.oneId]) AS referrers
}
RETURN collect([oneId, neighbours, numbers, referrers]) AS people
