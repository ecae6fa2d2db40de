// console.settle_schedule
// Lets a schedule, of a query that this transaction holds, wait for its next due time, or pauses it.
// mode: write
// param settled: MAP
// returns id: STRING
/* :params {settled: {queryId: 'q', dueAt: 1795000000000000, failures: 0, paused: null}} */
MATCH (s:QuerySchedule {queryId: $settled.queryId})
SET s.dueAt = $settled.dueAt, s.nextAt = $settled.dueAt, s.failures = $settled.failures, s.paused = $settled.paused,
    s.lease = null, s.attempts = 0
RETURN s.queryId AS id
