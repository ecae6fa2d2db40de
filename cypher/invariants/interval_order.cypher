// invariants.interval_order
// Belief intervals end after they begin, and those of one profile do not overlap.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (p:Profile)
WHERE p.id > ''
MATCH (p)-[r:RESOLVED_TO]->()
WITH p, r
ORDER BY p.id, r.from
WITH p, collect(r) AS intervals
WHERE any(i IN range(0, size(intervals) - 1) WHERE
  intervals[i].to < intervals[i].from
  OR (i + 1 < size(intervals) AND coalesce(intervals[i].to, intervals[i + 1].from + 1) > intervals[i + 1].from))
RETURN p.id AS subject, toString(size(intervals)) + ' intervals overlap' AS detail
ORDER BY subject
LIMIT 20
