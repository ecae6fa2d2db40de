// search.find_people
// Who may be meant by what somebody typed: profiles by the tokens of their names, by those of e-mails' local parts and of
// phones' last digits, by whole identifiers and by vehicles; each list of `asked` is empty or, but for `keys`, has one
// text. A row is [profile, oneId, last seen, …]: of a name its sealed traits, or id and
// sealed value of the correction that states it; of tokens of an identifier its key and sealed value;
// of a whole one its namespace and whether the evidence is trusted. Of the holders of one identifier 1,000 are looked at,
// for a hot one has too many. With a `dealer`, only who is known to it, by profiles that no other dealer alone brought, and not when they were seen.
// mode: read
// param asked: MAP
// param dealer: STRING
// param limit: INTEGER
// param kept: INTEGER
// returns names: LIST<LIST<ANY>>
// returns locals: LIST<LIST<ANY>>
// returns digits: LIST<LIST<ANY>>
// returns whole: LIST<LIST<ANY>>
// returns vehicles: LIST<LIST<ANY>>
/* :params {asked: {names: ['0mdvgc5m 1trh2hms'], locals: ['0mdvgc5m'], digits: ['1trh2hms'], keys: ['ik'], vehicles: ['vk']},
   dealer: null, limit: 200, kept: 200} */
CALL () {
  UNWIND $asked.names AS text
  CALL db.index.fulltext.queryNodes('search_tokens', text, {limit: $limit}) YIELD node, score
  OPTIONAL MATCH (corrected:Profile)-[:CORRECTED]->(node)
  WITH coalesce(corrected, node) AS p, CASE WHEN corrected IS NOT NULL THEN node END AS c, score
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WHERE $dealer IS NULL OR (
    (EXISTS { (p)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } OR NOT EXISTS { (p)-[:KNOWN_TO]->(:Dealer) })
    AND EXISTS { (u)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
  WITH p, u, c, score ORDER BY score DESC, p.lastSeenAt DESC LIMIT $kept
  RETURN collect([p.id, u.oneId, CASE WHEN $dealer IS NULL THEN p.lastSeenAt END, CASE WHEN c IS NULL THEN p.traits END, c.id, c.value]) AS names
}
CALL () {
  UNWIND $asked.locals AS text
  CALL db.index.fulltext.queryNodes('search_tokens', text, {limit: $limit}) YIELD node AS i, score
  CALL (i) {
    MATCH (i)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(p:Profile)
    WITH e, p LIMIT 1000
    MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
    WHERE $dealer IS NULL OR (
      (EXISTS { (p)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } OR NOT EXISTS { (p)-[:KNOWN_TO]->(:Dealer) })
      AND EXISTS { (u)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
    RETURN e, p, u LIMIT 10
  }
  WITH i, e, p, u, score ORDER BY score DESC LIMIT $kept
  RETURN collect([p.id, u.oneId, CASE WHEN $dealer IS NULL THEN p.lastSeenAt END, i.key, e.value]) AS locals
}
CALL () {
  UNWIND $asked.digits AS text
  CALL db.index.fulltext.queryNodes('search_tokens', text, {limit: $limit}) YIELD node AS i
  CALL (i) {
    MATCH (i)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(p:Profile)
    WITH e, p LIMIT 1000
    MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
    WHERE $dealer IS NULL OR (
      (EXISTS { (p)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } OR NOT EXISTS { (p)-[:KNOWN_TO]->(:Dealer) })
      AND EXISTS { (u)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
    RETURN e, p, u LIMIT 10
  }
  WITH i, e, p, u LIMIT $kept
  RETURN collect([p.id, u.oneId, CASE WHEN $dealer IS NULL THEN p.lastSeenAt END, i.key, e.value]) AS digits
}
CALL () {
  UNWIND $asked.keys AS key
  MATCH (i:Identifier {key: key})
  CALL (i) {
    MATCH (i)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(p:Profile)
    WITH e, p LIMIT 1000
    MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
    WHERE $dealer IS NULL OR (
      (EXISTS { (p)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } OR NOT EXISTS { (p)-[:KNOWN_TO]->(:Dealer) })
      AND EXISTS { (u)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
    RETURN e, p, u
  }
  WITH i, e, p, u LIMIT $kept
  RETURN collect([p.id, u.oneId, CASE WHEN $dealer IS NULL THEN p.lastSeenAt END, i.namespace, type(e) = 'HAS']) AS whole
}
CALL () {
  UNWIND $asked.vehicles AS key
  MATCH (:Vehicle {key: key})<-[d:DRIVES]-(p:Profile)
  WITH d, p LIMIT 1000
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WHERE $dealer IS NULL OR (
    (EXISTS { (p)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } OR NOT EXISTS { (p)-[:KNOWN_TO]->(:Dealer) })
    AND EXISTS { (u)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
  WITH d, p, u LIMIT $kept
  RETURN collect([p.id, u.oneId, CASE WHEN $dealer IS NULL THEN p.lastSeenAt END, d.role = 'owner']) AS vehicles
}
RETURN names AS names, locals AS locals, digits AS digits, whole AS whole, vehicles AS vehicles
