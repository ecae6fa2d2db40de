// gallery.erasures_by_month
// How many profiles were erased each month, of how many was nobody left, and of how many are messages still being removed?
// mode: read
// param since: INTEGER
// param until: INTEGER
// param timeZone: STRING
// param limit: INTEGER
// returns month: STRING
// returns profiles: INTEGER
// returns nobodyLeft: INTEGER
// returns sweeping: INTEGER
/* :params {since: null, until: null, timeZone: 'Asia/Shanghai', limit: 100} */
MATCH (e:Erased)
WHERE ($since IS NULL OR e.at >= $since) AND ($until IS NULL OR e.at < $until)
RETURN substring(toString(datetime({epochMillis: e.at / 1000, timezone: $timeZone})), 0, 7) AS month, count(e) AS profiles,
       sum(CASE WHEN e.successor IS NULL THEN 1 ELSE 0 END) AS nobodyLeft,
       sum(CASE WHEN EXISTS { MATCH (s:Erasing {id: e.profileId}) } THEN 1 ELSE 0 END) AS sweeping
ORDER BY month DESC
LIMIT $limit
