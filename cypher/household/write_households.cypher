// household.write_households
// Write a difference of `graph.household.rows`: households found or changed, memberships that end, begin or are surer
// now, and households that nobody is in any more. Belief time; writing the same rows again changes nothing. After the
// users of the same transaction.
// mode: write
// param rows: MAP
// param recordedAt: INTEGER
// returns written: INTEGER
/* :params {rows: {households: [['household-0198', 'household', 0.9, ['phone']]], closed: [['0198', 'household-0197']],
   opened: [['0198', 'household-0198', 'owner', 0.9]], changed: [['0199', 'household-0198', 0.8]],
   retired: ['household-0197']}, recordedAt: 1795000000000000} */
CALL () {
  UNWIND $rows.households AS r
  MERGE (h:Household {householdId: r[0]})
  ON CREATE SET h.recordedAt = $recordedAt
  SET h.kind = r[1], h.confidence = r[2], h.reasons = r[3]
  REMOVE h.until
}
CALL () {
  UNWIND $rows.closed AS r
  MATCH (h:Household {householdId: r[1]})<-[m:MEMBER_OF WHERE m.to IS NULL]-(u)
  WHERE u.oneId = r[0] AND m.from < $recordedAt
  SET m.to = $recordedAt
}
CALL () {
  UNWIND $rows.opened AS r
  MATCH (u:User {oneId: r[0]})
  MATCH (h:Household {householdId: r[1]})
  WHERE NOT EXISTS { (u)-[m:MEMBER_OF WHERE m.to IS NULL]->(h) }
  CREATE (u)-[:MEMBER_OF {role: r[2], confidence: r[3], from: $recordedAt}]->(h)
}
CALL () {
  UNWIND $rows.changed AS r
  MATCH (u:User {oneId: r[0]})
  MATCH (u)-[m:MEMBER_OF WHERE m.to IS NULL]->(h:Household {householdId: r[1]})
  SET m.confidence = r[2]
}
CALL () {
  UNWIND $rows.retired AS id
  MATCH (h:Household {householdId: id})
  SET h.until = coalesce(h.until, $recordedAt)
}
RETURN size($rows.opened) AS written
