// ledger.recount_accounts
// A page of accounts by key, each with its balance and floor as they stand, and the sum of its postings.
// mode: read
// param after: STRING
// param limit: INTEGER
// returns key: STRING
// returns unit: STRING
// returns balance: INTEGER
// returns floor: INTEGER
// returns total: INTEGER
/* :params {after: '', limit: 1000} */
MATCH (a:Account)
WHERE a.key > $after
WITH a ORDER BY a.key LIMIT $limit
CALL (a) {
  MATCH (a)<-[x:POSTS]-(:LedgerTransaction)
  RETURN coalesce(sum(x.amount), 0) AS total
}
RETURN a.key AS key, a.unit AS unit, a.balance AS balance, a.floor AS floor, total AS total
ORDER BY key
