// gallery.second_referrers
// How many people were brought by somebody else too, and why does that count second? `cycle` would close a ring, `self` is one person on both
// sides.
// mode: read
// param limit: INTEGER
// returns reason: STRING
// returns referrals: INTEGER
// returns people: INTEGER
/* :params {limit: 100} */
MATCH (u)-[a:ALSO_REFERRED_BY]->(by)
RETURN a.reason AS reason, count(a) AS referrals, count(DISTINCT u) AS people
ORDER BY referrals DESC, reason
LIMIT $limit
