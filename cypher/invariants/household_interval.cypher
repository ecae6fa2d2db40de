// invariants.household_interval
// The intervals of a user's membership in one household end after they begin and do not overlap.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (h:Household)
WHERE h.householdId > ''
MATCH (h)<-[m:MEMBER_OF]-(u)
WITH h, u, m
ORDER BY m.from
WITH h, u, collect(m) AS intervals
WHERE any(i IN range(0, size(intervals) - 1) WHERE
  intervals[i].to < intervals[i].from
  OR (i + 1 < size(intervals) AND coalesce(intervals[i].to, intervals[i + 1].from + 1) > intervals[i + 1].from))
RETURN h.householdId AS subject, u.oneId + ': intervals overlap' AS detail
ORDER BY subject
LIMIT 20
