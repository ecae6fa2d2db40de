// ledger.sum_postings
// What an account held at a time (with it), as far as it was recorded up to a position of the feed.
// mode: read
// param account: STRING
// param effectiveAt: INTEGER
// param position: INTEGER
// returns balance: INTEGER
/* :params {account: 'a', effectiveAt: 1795000000000000, position: 42} */
MATCH (a:Account {key: $account})
CALL (a) {
  MATCH (a)<-[x:POSTS]-(t:LedgerTransaction)
  WHERE t.effectiveAt <= $effectiveAt AND t.position <= $position
  RETURN coalesce(sum(x.amount), 0) AS balance
}
RETURN balance AS balance
