// ledger.list_claims
// A page of what a payout claimed, by key: each with when it was paid, if it was, and whom it is of now. Dealers are told
// nothing of it.
// mode: read
// param prefix: STRING
// param after: STRING
// param limit: INTEGER
// returns key: STRING
// returns programme: STRING
// returns outcomes: STRING
// returns effectiveAt: INTEGER
// returns paidAt: INTEGER
// returns oneIds: LIST<STRING>
/* :params {prefix: 'payout:2026-11:', after: '', limit: 1000} */
MATCH (t:LedgerTransaction)
USING INDEX SEEK t:LedgerTransaction(key)
WHERE t.key STARTS WITH $prefix AND t.key > $after
WITH t ORDER BY t.key LIMIT $limit
OPTIONAL MATCH (s:LedgerTransaction {key: 'settle:' + t.key})
WITH t, s, [(t)-[:DECIDED]->(:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) | u.oneId] AS oneIds
RETURN t.key AS key, t.programme AS programme, t.outcomes AS outcomes, t.effectiveAt AS effectiveAt,
       s.effectiveAt AS paidAt, oneIds AS oneIds
ORDER BY key
