// invariants.ledger_reversal
// A reversal names one grant, takes effect after it, and changes none but its rewards and those that fill or are filled by them.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (t:LedgerTransaction)
WHERE t.key > ''
WITH t, [(t)-[:REVERSES]->(g:LedgerTransaction) | g] AS grants
WHERE size(grants) <> CASE WHEN t.kind = 'reverse' THEN 1 ELSE 0 END
   OR any(g IN grants WHERE g.kind <> 'grant' OR g.effectiveAt > t.effectiveAt)
   OR EXISTS {
     MATCH (t)-[x:POSTS]->(:Account {kind: 'budget'})
     MATCH (w:Reward {key: x.reward})
     WHERE t.kind = 'reverse' AND w.grant <> grants[0].key
   }
RETURN t.key AS subject, t.kind + ' of ' + toString(size(grants)) + ' grants' AS detail
ORDER BY subject
LIMIT 20
