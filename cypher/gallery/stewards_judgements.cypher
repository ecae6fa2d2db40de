// gallery.stewards_judgements
// What do stewards judge, month by month, and how much of it is taken back?
// mode: read
// param since: INTEGER
// param until: INTEGER
// param timeZone: STRING
// param limit: INTEGER
// returns month: STRING
// returns kind: STRING
// returns judgements: INTEGER
// returns retracted: INTEGER
// returns profiles: INTEGER
/* :params {since: null, until: null, timeZone: 'Asia/Shanghai', limit: 100} */
MATCH (j:Judgement)
WHERE ($since IS NULL OR j.recordedAt >= $since) AND ($until IS NULL OR j.recordedAt < $until)
RETURN substring(toString(datetime({epochMillis: j.recordedAt / 1000, timezone: $timeZone})), 0, 7) AS month, j.kind AS kind,
       count(j) AS judgements, count(j.retractedAt) AS retracted, sum(COUNT { (j)-[:CONCERNS]->() }) AS profiles
ORDER BY month DESC, kind
LIMIT $limit
