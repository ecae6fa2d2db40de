// household.find_household
// A present household by its id; else, for one that bears a birth id, the household of that kind in which the person
// is to whom this birth id leads now, of an erased profile by its successor. With its size and the first
// `most` members.
// mode: read
// param id: STRING
// param birthId: STRING
// param kind: STRING
// param most: INTEGER
// returns household: LIST<ANY>
/* :params {id: 'household-0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', birthId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f',
   kind: 'household', most: 100} */
CALL () {
  MATCH (h:Household {householdId: $id})
  WHERE h.until IS NULL
  RETURN h, 0 AS place
  UNION ALL
  OPTIONAL MATCH (gone:Erased {birthId: $birthId})
  MATCH (:Profile {birthId: coalesce(gone.successor, $birthId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
  MATCH (u)-[own:MEMBER_OF WHERE own.to IS NULL]->(h:Household)
  WHERE h.kind = $kind
  RETURN h, 1 AS place
}
WITH h ORDER BY place LIMIT 1
CALL (h) {
  MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(one:User)
  WITH m, one ORDER BY one.oneId
  RETURN collect([one.oneId, m.role, m.confidence, m.from])[..$most] AS members, count(one) AS size
}
RETURN [h.householdId, h.kind, h.confidence, h.reasons, size, members] AS household
