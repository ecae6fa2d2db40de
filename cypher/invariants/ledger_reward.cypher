// invariants.ledger_reward
// A reward is granted once, by the grant and side that its key names, and is the sum of its postings.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (w:Reward)
WHERE w.key > ''
OPTIONAL MATCH (w)<-[:CHANGED]-(t:LedgerTransaction)-[x:POSTS WHERE x.reward = w.key]->(a:Account)
WITH w, sum(CASE WHEN a.kind = 'pending' THEN x.amount ELSE 0 END) AS pending,
     sum(CASE WHEN a.kind = 'available' THEN x.amount ELSE 0 END) AS available,
     sum(CASE WHEN a.kind = 'spent' THEN x.amount ELSE 0 END) AS spent,
     sum(CASE WHEN a.kind = 'budget' THEN x.amount ELSE 0 END) AS budget,
     count(CASE WHEN t.kind = 'grant' THEN 1 END) AS grants,
     count(CASE WHEN a.unit <> w.unit THEN 1 END) AS strange
WHERE pending <> w.pending OR available <> w.available OR spent <> w.spent
   OR budget <> w.expired + w.returned - w.amount OR strange > 0 OR grants <> 2
   OR w.amount <> w.pending + w.available + w.spent + w.expired + w.returned + w.settled
   OR w.key <> w.grant + ':' + w.side
RETURN w.key AS subject, 'pending ' + toString(pending) + ', available ' + toString(available) + ', spent ' +
       toString(spent) + ', budget ' + toString(budget) AS detail
ORDER BY subject
LIMIT 20
