// ingest.mark_replayed
// Notes that these dead letters were stored after all; marking again keeps the first time.
// mode: write
// param ids: LIST<STRING>
// param now: INTEGER
// returns marked: INTEGER
/* :params {ids: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], now: 1795000000000000} */
UNWIND $ids AS id
MATCH (d:DeadLetter {id: id})
SET d.replayedAt = coalesce(d.replayedAt, $now)
RETURN count(d) AS marked
