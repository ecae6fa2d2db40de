// household.list_members
// Pages of the present members of households, by ascending oneId. A page is [household, after]; all members are walked for it.
// mode: read
// param asked: MAP
// param rows: INTEGER
// returns pages: LIST<LIST<ANY>>
/* :params {asked: {pages: [['household-0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', '']]}, rows: 21} */
UNWIND $asked.pages AS page
MATCH (h:Household {householdId: page[0]})
CALL (h, page) {
  MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(one:User)
  WHERE one.oneId > page[1]
  WITH m, one ORDER BY one.oneId LIMIT $rows
  RETURN collect([one.oneId, m.role, m.confidence, m.from]) AS members
}
RETURN collect([page[0], page[1], members]) AS pages
