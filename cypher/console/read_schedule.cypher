// console.read_schedule
// The schedule of a query; the values of its parameters are sealed.
// mode: read
// param id: STRING
// returns schedule: LIST<ANY>
/* :params {id: 'q'} */
MATCH (s:QuerySchedule {queryId: $id})
RETURN [s.queryId, s.cron, s.timeZone, s.format, s.keep, s.parameters, s.month, s.by, s.paused, s.failures, s.dueAt, s.nextAt,
        s.lease, s.recordedAt] AS schedule
