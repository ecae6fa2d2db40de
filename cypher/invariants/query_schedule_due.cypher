// invariants.query_schedule_due
// A schedule that is not paused is due some time, and one that is paused never.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (s:QuerySchedule)
WHERE s.queryId > '' AND (s.paused IS NULL) <> (s.dueAt IS NOT NULL AND s.nextAt IS NOT NULL)
RETURN s.queryId AS subject, 'paused: ' + coalesce(s.paused, 'no') AS detail
ORDER BY subject
LIMIT 20
