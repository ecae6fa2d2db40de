// gallery.profiles_per_person
// How many people were recognised in how many profiles?
// mode: read
// param limit: INTEGER
// returns profiles: INTEGER
// returns people: INTEGER
/* :params {limit: 100} */
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH u, count(p) AS profiles
RETURN profiles AS profiles, count(u) AS people
ORDER BY profiles
LIMIT $limit
