// fraud.check_hops
// Which hops of paths stand in the graph now: a hop is [kind, of, to], and either end may be the edge's start. `graph/fraud/flag.py` says
// what each kind is.
// mode: read
// param asked: MAP
// returns standing: LIST<LIST<ANY>>
/* :params {asked: {hops: [['phone', '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', 'k1']]}} */
UNWIND $asked.hops AS hop
UNWIND [[hop[1], hop[2]], [hop[2], hop[1]]] AS ends
CALL (hop, ends) {
  WITH hop, ends WHERE hop[0] = 'person'
  MATCH (:Profile {id: ends[0]})-[n:RESOLVED_TO WHERE n.to IS NULL]->(:User {oneId: ends[1]})
  RETURN 1 AS stands
  UNION
  WITH hop, ends WHERE hop[0] = 'household'
  MATCH (:User {oneId: ends[0]})-[m:MEMBER_OF WHERE m.to IS NULL]->(:Household {householdId: ends[1]})
  RETURN 1 AS stands
  UNION
  WITH hop, ends WHERE hop[0] IN ['vehicle', 'payer']
  MATCH (:Profile {id: ends[0]})-[d:DRIVES]->(:Vehicle {key: ends[1]})
  WHERE hop[0] = 'vehicle' OR d.role = 'payer'
  RETURN 1 AS stands
  UNION
  WITH hop, ends WHERE hop[0] IN ['order', 'payment']
  MATCH (t:Touchpoint)
  WHERE t.profileId = ends[0] AND t.fact = ends[1] AND (hop[0] = 'order' OR t.kind = 'payment')
  RETURN 1 AS stands
  UNION
  WITH hop, ends WHERE hop[0] = 'made'
  MATCH (:Profile {id: ends[0]})-[:MADE]->(:Referral {id: ends[1]})
  RETURN 1 AS stands
  UNION
  WITH hop, ends WHERE hop[0] = 'for'
  MATCH (:Referral {id: ends[0]})-[:FOR]->(:Profile {id: ends[1]})
  RETURN 1 AS stands
  UNION
  WITH hop, ends WHERE hop[0] = 'code'
  MATCH (:Profile {id: ends[0]})-[:SHARES]->(:ReferralCode {code: ends[1]})
  RETURN 1 AS stands
  UNION
  WITH hop, ends WHERE hop[0] = 'tag'
  MATCH (:Profile {id: ends[0]})-[g:TAGGED WHERE g.retractedAt IS NULL]->(:Tag {name: ends[1]})
  RETURN 1 AS stands
  UNION
  WITH hop, ends WHERE hop[0] = 'touchpoint'
  MATCH (:Profile {id: ends[0]})-[:BROUGHT]->(:Message {key: ends[1]})
  RETURN 1 AS stands
  UNION
  WITH hop, ends
  MATCH (:Profile {id: ends[0]})-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier {key: ends[1]})
  WHERE i.namespace = hop[0]
  RETURN 1 AS stands
}
WITH DISTINCT hop
RETURN collect(hop) AS standing
