// gallery.join_tiers
// By which tier, rule and reason do profiles belong to their people?
// mode: read
// param limit: INTEGER
// returns tier: STRING
// returns rule: STRING
// returns reason: STRING
// returns profiles: INTEGER
// returns people: INTEGER
/* :params {limit: 100} */
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
RETURN r.tier AS tier, r.rule AS rule, r.reason AS reason, count(p) AS profiles, count(DISTINCT u) AS people
ORDER BY profiles DESC, tier, rule, reason
LIMIT $limit
