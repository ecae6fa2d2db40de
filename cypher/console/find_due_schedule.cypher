// console.find_due_schedule
// The query that has been due for longest: asked before it is held.
// mode: read
// param now: INTEGER
// returns id: STRING
/* :params {now: 1795000000000000} */
MATCH (s:QuerySchedule)
USING INDEX s:QuerySchedule(nextAt)
WHERE s.nextAt <= $now
RETURN s.queryId AS id
ORDER BY s.nextAt, s.queryId
LIMIT 1
