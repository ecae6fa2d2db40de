// ledger.read_balances
// What the accounts of users' present profiles hold, as [oneId, programme, unit, kind, balance, account's key].
// Programmes are the brand's: dealers are told nothing of it.
// mode: read
// param asked: MAP
// returns balances: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[:HOLDS]->(a:Account)
RETURN collect([oneId, a.programme, a.unit, a.kind, a.balance, a.key]) AS balances
