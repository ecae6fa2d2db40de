// ledger.list_due
// Rewards of which something is left though they have expired, first expired first: what an expiry is to take.
// mode: read
// param until: INTEGER
// param limit: INTEGER
// returns key: STRING
// returns programme: STRING
// returns profileId: STRING
// returns unit: STRING
/* :params {until: 1795000000000000, limit: 1000} */
MATCH (w:Reward)
USING INDEX SEEK w:Reward(dueAt) // whatever the counts of the day: what is due is a range of it
WHERE w.dueAt <= $until
WITH w ORDER BY w.dueAt LIMIT $limit
RETURN w.key AS key, w.programme AS programme, w.profileId AS profileId, w.unit AS unit
ORDER BY key
