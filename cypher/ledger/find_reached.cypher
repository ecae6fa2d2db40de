// ledger.find_reached
// How far `ledger.list_rewards` looks back from a place: the lowest `seq`, and how many transactions that are.
// mode: read
// param before: INTEGER
// param looked: INTEGER
// returns seq: INTEGER
// returns transactions: INTEGER
/* :params {before: 4611686018427387904, looked: 20000} */
MATCH (t:LedgerTransaction)
WHERE t.seq <= $before / 2
WITH t.seq AS seq ORDER BY seq DESC LIMIT $looked
RETURN coalesce(min(seq), 0) AS seq, count(*) AS transactions
