// invariants.ledger_zero
// Postings of a transaction sum to zero in each unit; none is zero, and none lies in another programme.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (t:LedgerTransaction)
WHERE t.key > ''
MATCH (t)-[x:POSTS]->(a:Account)
WITH t, a.unit AS unit, sum(x.amount) AS total,
     sum(CASE WHEN x.amount = 0 OR a.programme <> t.programme THEN 1 ELSE 0 END) AS wrong
WHERE total <> 0 OR wrong > 0
RETURN t.key AS subject, unit + ' sums to ' + toString(total) + ', ' + toString(wrong) + ' wrong' AS detail
ORDER BY subject
LIMIT 20
