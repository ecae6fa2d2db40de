// console.lease_schedule
// Takes a schedule, of a query that this transaction holds, for one run until a time. Who is killed meanwhile loses it then.
// mode: write
// param lease: MAP
// returns attempts: INTEGER
/* :params {lease: {queryId: 'q', id: 'r', until: 1795000060000000}} */
MATCH (s:QuerySchedule {queryId: $lease.queryId})
SET s.lease = $lease.id, s.nextAt = $lease.until, s.attempts = s.attempts + 1
RETURN s.attempts AS attempts
