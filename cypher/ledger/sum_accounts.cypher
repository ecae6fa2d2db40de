// ledger.sum_accounts
// What accounts held at a time (with it), as far as it was recorded up to a position of the feed, as [key, balance].
// mode: read
// param asked: MAP
// param effectiveAt: INTEGER
// param position: INTEGER
// returns sums: LIST<LIST<ANY>>
/* :params {asked: {accounts: ['a']}, effectiveAt: 1795000000000000, position: 42} */
UNWIND $asked.accounts AS key
MATCH (a:Account {key: key})
CALL (a) {
  MATCH (a)<-[x:POSTS]-(t:LedgerTransaction)
  WHERE t.effectiveAt <= $effectiveAt AND t.position <= $position
  RETURN coalesce(sum(x.amount), 0) AS balance
}
RETURN collect([key, balance]) AS sums
