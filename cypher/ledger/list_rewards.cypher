// ledger.list_rewards
// Rewards of a programme or of all, in some states or any, what was granted last first: each with its place, which is
// `seq` of its grant twice, and one more for the referrer's side, and with the present oneId of who holds it. So many
// transactions before the place are looked at. Programmes are the brand's: dealers are told nothing of it.
// mode: read
// param asked: MAP
// param looked: INTEGER
// param limit: INTEGER
// returns place: INTEGER
// returns reward: MAP
// returns oneId: STRING
/* :params {asked: {before: 4611686018427387904, programme: 'v', states: ['pending']}, looked: 20000, limit: 51} */
MATCH (t:LedgerTransaction)
WHERE t.seq <= $asked.before / 2
WITH t ORDER BY t.seq DESC LIMIT $looked
WHERE t.kind = 'grant' AND ($asked.programme IS NULL OR t.programme = $asked.programme)
MATCH (t)-[:CHANGED]->(w:Reward)
WITH t, w, t.seq * 2 + CASE w.side WHEN 'referrer' THEN 1 ELSE 0 END AS place
WHERE place < $asked.before AND (size($asked.states) = 0 OR w.state IN $asked.states)
WITH t, w, place ORDER BY t.seq DESC, place DESC LIMIT $limit
RETURN place AS place, properties(w) AS reward,
       [(w)<-[:EARNED]-(:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) | u.oneId][0] AS oneId
ORDER BY place DESC
