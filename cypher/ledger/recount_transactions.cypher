// ledger.recount_transactions
// Of a page of transactions by `seq` the last one, how many they are, and those whose postings do not sum to zero in a
// unit, as [key, unit, sum].
// mode: read
// param after: INTEGER
// param limit: INTEGER
// returns last: INTEGER
// returns transactions: INTEGER
// returns uneven: LIST<LIST<ANY>>
/* :params {after: 0, limit: 1000} */
CALL () {
  MATCH (t:LedgerTransaction)
  WHERE t.seq > $after
  WITH t ORDER BY t.seq LIMIT $limit
  RETURN collect(t) AS page, max(t.seq) AS last
}
CALL (page) {
  UNWIND page AS t
  MATCH (t)-[x:POSTS]->(a:Account)
  WITH t, a.unit AS unit, sum(x.amount) AS total
  WHERE total <> 0
  RETURN collect([t.key, unit, total]) AS uneven
}
RETURN last AS last, size(page) AS transactions, uneven AS uneven
