// ledger.read_rewards
// Rewards by key, each with the present oneId of who holds it. Programmes are the brand's: dealers are told nothing of it.
// mode: read
// param asked: MAP
// returns reward: MAP
// returns oneId: STRING
/* :params {asked: {keys: ['r']}} */
UNWIND $asked.keys AS key
MATCH (w:Reward {key: key})
RETURN properties(w) AS reward,
       [(w)<-[:EARNED]-(:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) | u.oneId][0] AS oneId
ORDER BY reward.key
