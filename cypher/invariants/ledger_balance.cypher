// invariants.ledger_balance
// A balance is the sum of the postings; a budget keeps its floor, and what is pending or spent is not below zero.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (a:Account)
WHERE a.key > ''
OPTIONAL MATCH (a)<-[x:POSTS]-(:LedgerTransaction)
WITH a, coalesce(sum(x.amount), 0) AS total
WHERE a.balance <> total OR a.balance < a.floor OR (a.kind IN ['pending', 'spent', 'expense'] AND a.balance < 0)
   OR (a.kind = 'budget' AND a.unit <> 'status' AND a.floor IS NULL)
RETURN a.key AS subject, 'holds ' + toString(a.balance) + ', postings sum to ' + toString(total) AS detail
ORDER BY subject
LIMIT 20
