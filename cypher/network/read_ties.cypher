// network.read_ties
// The people that oneIds lead to now (as in `profile.read_users`), each with whom it is tied and by what: an
// identifier, a vehicle, a group. What more than `most` profiles or people ever shared ties nobody, so a hot identifier
// or a fleet is never walked through: its count is read, not its holders. A VIN is told once, as the vehicle. At most `rows` ties of a person.
// mode: read
// param asked: MAP
// param most: INTEGER
// param rows: INTEGER
// returns people: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, most: 20, rows: 101} */
UNWIND $asked.oneIds AS asked
OPTIONAL MATCH (gone:Erased {birthId: asked})
MATCH (:Profile {birthId: coalesce(gone.successor, asked)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
CALL (u) {
  CALL (u) {
    MATCH (u)<-[own:RESOLVED_TO WHERE own.to IS NULL]-(:Profile)-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier)
    WITH DISTINCT u, i
    WHERE i.namespace <> 'vin' AND COUNT { (i)<-[:HAS]-() } + COUNT { (i)<-[:CLAIMS]-() } <= $most
    MATCH (i)<-[o:HAS|CLAIMS WHERE o.retractedAt IS NULL]-(:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(other:User)
    RETURN 'identifier' AS kind, i.key AS key, i.namespace AS detail, other
    UNION ALL
    MATCH (u)<-[own:RESOLVED_TO WHERE own.to IS NULL]-(:Profile)-[:DRIVES]->(v:Vehicle)
    WITH DISTINCT u, v
    WHERE COUNT { (v)<-[:DRIVES]-() } <= $most
    MATCH (v)<-[:DRIVES]-(:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(other:User)
    RETURN 'vehicle' AS kind, v.key AS key, v.model AS detail, other
    UNION ALL
    MATCH (u)-[own:MEMBER_OF WHERE own.to IS NULL]->(h:Household)
    WHERE COUNT { (h)<-[:MEMBER_OF]-() } <= $most
    MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(other:User)
    RETURN 'group' AS kind, h.householdId AS key, h.kind AS detail, other
  }
  WITH DISTINCT u, kind, key, detail, other
  WHERE other <> u
  WITH kind, key, detail, other.oneId AS oneId
  ORDER BY kind, key, oneId LIMIT $rows
  RETURN collect([kind, key, detail, oneId]) AS ties
}
RETURN collect([asked, u.oneId, ties]) AS people
