// gallery.households_by_size
// How many households of each kind have how many members, and how many cars have they on average? Cars are those that any member owns, drives or
// pays for.
// mode: read
// param limit: INTEGER
// returns kind: STRING
// returns members: INTEGER
// returns households: INTEGER
// returns cars: FLOAT
/* :params {limit: 100} */
MATCH (h:Household WHERE h.until IS NULL)<-[m:MEMBER_OF WHERE m.to IS NULL]-(u:User)
WITH h, count(u) AS members
CALL (h) {
  MATCH (h)<-[n:MEMBER_OF WHERE n.to IS NULL]-(:User)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[:DRIVES]->(v:Vehicle)
  RETURN count(DISTINCT v) AS cars
}
RETURN h.kind AS kind, members AS members, count(h) AS households, avg(cars) AS cars
ORDER BY kind, members
LIMIT $limit
