// household.list_households
// One page of present households of a kind, by ascending id: ids begin with their kind, so a kind is a range.
// With the size and the first `most` members of each.
// mode: read
// param after: STRING
// param before: STRING
// param rows: INTEGER
// param most: INTEGER
// returns households: LIST<LIST<ANY>>
/* :params {after: 'household-', before: 'household.', rows: 21, most: 100} */
MATCH (h:Household)
WHERE h.householdId > $after AND h.householdId < $before AND h.until IS NULL
WITH h ORDER BY h.householdId LIMIT $rows
CALL (h) {
  MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(one:User)
  WITH m, one ORDER BY one.oneId
  RETURN collect([one.oneId, m.role, m.confidence, m.from])[..$most] AS members, count(one) AS size
}
RETURN collect([h.householdId, h.kind, h.confidence, h.reasons, size, members]) AS households
