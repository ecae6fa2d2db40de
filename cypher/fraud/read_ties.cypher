// fraud.read_ties
// Between whom referrals are, of each in one row: its ends and whose they are now; what both people have of identifiers and vehicles, with
// how many people have it; the groups of the referrer, with how sure the friend is in each; the consultants' numbers that the friend is on;
// payments between the two or by a third person; and who of the staff the referrer is, or shares an identifier with.
// What more than `most` profiles ever held is not read on, nor what a steward marked as shared: it is nobody's own.
// mode: read
// param asked: MAP
// param most: INTEGER
// returns ties: LIST<LIST<ANY>>
/* :params {asked: {ids: ['r1'], namespaces: ['phone', 'deviceId'], tags: ['staff']}, most: 64} */
UNWIND $asked.ids AS id
MATCH (a:Profile)-[:MADE]->(r:Referral {id: id})-[:FOR]->(b:Profile)
USING INDEX SEEK r:Referral(id) // while a database fills, the planner prefers a scan of all for each
MATCH (a)-[an:RESOLVED_TO WHERE an.to IS NULL]->(u:User)
MATCH (b)-[bn:RESOLVED_TO WHERE bn.to IS NULL]->(f:User)
CALL (u, f) {
  CALL (u, f) {
    MATCH (f)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier)
    WHERE u <> f AND i.namespace IN $asked.namespaces AND i.shared IS NULL
      AND COUNT { (i)<-[:HAS]-() } + COUNT { (i)<-[:CLAIMS]-() } <= $most
    WITH u, i, min(p.id) AS right, min(e.firstAt) AS rightFirst, max(e.lastAt) AS rightLast
    MATCH (i)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(p:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(x:User)
    WITH i, right, rightFirst, rightLast, count(DISTINCT x) AS people, min(CASE WHEN x = u THEN p.id END) AS left,
         min(CASE WHEN x = u THEN e.firstAt END) AS leftFirst, max(CASE WHEN x = u THEN e.lastAt END) AS leftLast
    WHERE left IS NOT NULL
    RETURN [i.namespace, i.key, left, right, people, leftFirst, leftLast, rightFirst, rightLast] AS share
    UNION ALL
    MATCH (f)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)-[:DRIVES]->(v:Vehicle)
    WHERE u <> f AND COUNT { (v)<-[:DRIVES]-() } <= $most
    WITH u, v, min(p.id) AS right
    MATCH (v)<-[:DRIVES]-(p:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(x:User)
    WITH v, right, count(DISTINCT x) AS people, min(CASE WHEN x = u THEN p.id END) AS left
    WHERE left IS NOT NULL
    RETURN ['vehicle', v.key, left, right, people, null, null, null, null] AS share
  }
  RETURN collect(share) AS shares
}
CALL (u, f) {
  MATCH (u)-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
  WHERE u <> f
  OPTIONAL MATCH (f)-[o:MEMBER_OF WHERE o.to IS NULL]->(h)
  RETURN collect([h.householdId, h.kind, h.reasons, m.role, m.confidence, o.confidence]) AS groups
}
CALL (f) {
  MATCH (f)-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
  WHERE h.kind = 'consultantPhone'
  RETURN collect(h.householdId) AS numbers
}
CALL (u, f) {
  CALL (u, f) {
    MATCH (f)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(q:Profile)
    MATCH (said:Touchpoint)
    WHERE u <> f AND said.profileId = q.id AND said.fact STARTS WITH 'order:'
    WITH u, said.fact AS order, min(q.id) AS friend
    MATCH (u)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)
    MATCH (t:Touchpoint)
    WHERE t.profileId = p.id AND t.fact = order AND t.kind = 'payment'
    RETURN [['payment', p.id, order], ['order', order, friend]] AS way, p AS payer
    UNION
    MATCH (u)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)-[:DRIVES {role: 'payer'}]->(v:Vehicle)
    WHERE u <> f AND COUNT { (v)<-[:DRIVES]-() } <= $most
    MATCH (v)<-[:DRIVES]-(q:Profile)-[o:RESOLVED_TO WHERE o.to IS NULL]->(f)
    RETURN [['payer', p.id, v.key], ['vehicle', v.key, q.id]] AS way, p AS payer
    UNION
    MATCH (f)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(q:Profile)-[:DRIVES {role: 'payer'}]->(v:Vehicle)
    WHERE u <> f AND COUNT { (v)<-[:DRIVES]-() } <= $most
    MATCH (v)<-[:DRIVES]-(p:Profile)-[o:RESOLVED_TO WHERE o.to IS NULL]->(u)
    RETURN [['vehicle', p.id, v.key], ['payer', v.key, q.id]] AS way, q AS payer
    UNION
    MATCH (f)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(q:Profile)-[:DRIVES]->(w:Vehicle)
    WHERE u <> f AND COUNT { (w)<-[:DRIVES]-() } <= $most
    MATCH (w)<-[:DRIVES {role: 'payer'}]-(y:Profile)
    WHERE y <> q AND COUNT { (y)-[:DRIVES]->() } <= $most
    MATCH (y)-[:DRIVES {role: 'payer'}]->(v:Vehicle)
    WHERE COUNT { (v)<-[:DRIVES]-() } <= $most
    MATCH (v)<-[:DRIVES]-(p:Profile)-[o:RESOLVED_TO WHERE o.to IS NULL]->(u)
    WHERE y <> p AND v <> w
    RETURN [['vehicle', p.id, v.key], ['payer', v.key, y.id], ['payer', y.id, w.key], ['vehicle', w.key, q.id]] AS way, y AS payer
  }
  CALL (payer) {
    MATCH (payer)-[:DRIVES {role: 'payer'}]->(v:Vehicle)<-[d:DRIVES]-(p:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(x:User)
    WHERE d.role <> 'payer'
    RETURN count(DISTINCT x) AS drivers
  }
  CALL (payer) {
    MATCH (t:Touchpoint)
    WHERE t.profileId = payer.id AND t.fact STARTS WITH 'order:' AND t.kind = 'payment'
    WITH DISTINCT t.fact AS order LIMIT $most
    RETURN count(order) AS orders
  }
  RETURN collect([way, CASE WHEN drivers > orders THEN drivers ELSE orders END]) AS paid
}
CALL (u, f) {
  CALL (u, f) {
    MATCH (u)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)-[g:TAGGED WHERE g.retractedAt IS NULL]->(tag:Tag)
    WHERE tag.name IN $asked.tags
    RETURN ['tag', tag.name, p.id, u.oneId, null] AS sign
    UNION
    MATCH (u)-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
    WHERE h.kind = 'consultantPhone' AND m.role = 'holder'
    RETURN ['household', h.householdId, u.oneId, u.oneId, null] AS sign
    UNION
    MATCH (u)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier)
    WHERE u <> f AND i.namespace IN $asked.namespaces AND i.shared IS NULL
      AND COUNT { (i)<-[:HAS]-() } + COUNT { (i)<-[:CLAIMS]-() } <= $most
    WITH u, f, i, min(p.id) AS right
    MATCH (i)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(q:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(x:User)
    WITH u, f, i, right, x, min(q.id) AS left
    WITH u, f, i, right, collect([x, left]) AS holders
    UNWIND holders AS holder
    WITH u, f, i, right, holder[0] AS x, holder[1] AS left, size(holders) AS people
    WHERE x <> u AND x <> f
    CALL (x) {
      MATCH (x)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)-[g:TAGGED WHERE g.retractedAt IS NULL]->(tag:Tag)
      WHERE tag.name IN $asked.tags
      RETURN 'tag' AS by, tag.name AS key, p.id AS of
      UNION
      MATCH (x)-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household)
      WHERE h.kind = 'consultantPhone' AND m.role = 'holder'
      RETURN 'household' AS by, h.householdId AS key, x.oneId AS of
    }
    RETURN [by, key, of, x.oneId, [i.namespace, i.key, left, right, people]] AS sign
  }
  RETURN collect(sign) AS staff
}
RETURN collect([[r.id, r.code, r.openedAt, a.id, u.oneId, b.id, f.oneId], shares, groups, numbers, paid, staff]) AS ties
