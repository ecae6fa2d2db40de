// gallery.dead_letters
// What could not be stored, by source, month and reason, and how much of it was replayed?
// mode: read
// param since: INTEGER
// param until: INTEGER
// param timeZone: STRING
// param limit: INTEGER
// returns source: STRING
// returns month: STRING
// returns reason: STRING
// returns letters: INTEGER
// returns replayed: INTEGER
/* :params {since: null, until: null, timeZone: 'Asia/Shanghai', limit: 100} */
MATCH (d:DeadLetter)
WHERE ($since IS NULL OR d.recordedAt >= $since) AND ($until IS NULL OR d.recordedAt < $until)
RETURN d.source AS source, substring(toString(datetime({epochMillis: d.recordedAt / 1000, timezone: $timeZone})), 0, 7) AS month, d.reason AS reason,
       count(d) AS letters, count(d.replayedAt) AS replayed
ORDER BY month DESC, letters DESC, source, reason
LIMIT $limit
