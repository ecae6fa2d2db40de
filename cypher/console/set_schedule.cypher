// console.set_schedule
// Gives a query a schedule in the place of the one before; a run of that one which is under way loses its lease.
// mode: write
// param schedule: MAP
// returns id: STRING
/* :params {schedule: {queryId: 'q', cron: '0 6 * * 1', timeZone: 'Asia/Shanghai', format: 'csv', keep: 10, parameters: 'sealed',
                       month: '2026-11', by: 'k', paused: null, failures: 0, dueAt: 1795000000000000, nextAt: 1795000000000000,
                       attempts: 0, recordedAt: 1795000000000000}} */
MATCH (q:SavedQuery {id: $schedule.queryId})
MERGE (s:QuerySchedule {queryId: $schedule.queryId})
SET s = $schedule
MERGE (q)-[:HAS_SCHEDULE]->(s)
RETURN s.queryId AS id
