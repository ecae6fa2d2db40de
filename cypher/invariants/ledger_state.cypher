// invariants.ledger_state
// What is reversed is back whole, what can be spent is posted, and status was never spent.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (w:Reward)
WHERE w.key > ''
  AND ((w.state = 'reversed' AND w.returned + w.expired <> w.amount)
    OR (w.available > 0 AND w.state <> 'posted')
    OR (w.available < 0 AND w.state <> 'reversed')
    OR (w.pending > 0 AND NOT w.state IN ['pending', 'approved'])
    OR (w.unit = 'status' AND w.spent <> 0))
RETURN w.key AS subject, w.state + ' with ' + toString(w.available) + ' available' AS detail
ORDER BY subject
LIMIT 20
