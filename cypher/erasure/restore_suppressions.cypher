// erasure.restore_suppressions
// Suppresses records again whose entries a restored graph does not have; writing them again changes nothing.
// mode: write
// param keys: LIST<STRING>
// param recordedAt: INTEGER
// returns restored: INTEGER
/* :params {keys: ['sk'], recordedAt: 1795000000000000} */
UNWIND $keys AS key
MERGE (s:Suppression {key: key})
ON CREATE SET s.recordedAt = $recordedAt
RETURN count(s) AS restored
