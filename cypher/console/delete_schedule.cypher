// console.delete_schedule
// Forgets the schedule of a query; its results stay.
// mode: write
// param id: STRING
// returns id: STRING
/* :params {id: 'q'} */
MATCH (s:QuerySchedule {queryId: $id})
WITH s, s.queryId AS id
DETACH DELETE s
RETURN id AS id
