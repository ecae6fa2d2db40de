// gallery.moves_by_month
// How many profiles were taken from one person to another, by month of the move? `gone` counts moves away from people who have no profile left.
// mode: read
// param since: INTEGER
// param until: INTEGER
// param timeZone: STRING
// param limit: INTEGER
// returns month: STRING
// returns moves: INTEGER
// returns profiles: INTEGER
// returns gone: INTEGER
/* :params {since: null, until: null, timeZone: 'Asia/Shanghai', limit: 100} */
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NOT NULL]->(before)
WHERE ($since IS NULL OR r.to >= $since) AND ($until IS NULL OR r.to < $until)
RETURN substring(toString(datetime({epochMillis: r.to / 1000, timezone: $timeZone})), 0, 7) AS month, count(r) AS moves,
       count(DISTINCT p) AS profiles, sum(CASE WHEN before:FormerUser THEN 1 ELSE 0 END) AS gone
ORDER BY month DESC
LIMIT $limit
