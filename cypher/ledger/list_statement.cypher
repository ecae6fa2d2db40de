// ledger.list_statement
// A page of the transactions that decided something of profiles' rewards, latest recorded first, each with its postings
// on the profiles' accounts as [profile, kind, unit, amount, reward], and [reward, time] of the rewards that expire.
// Programmes are the brand's: dealers are told nothing of it.
// mode: read
// param asked: MAP
// param before: INTEGER
// param limit: INTEGER
// returns seq: INTEGER
// returns position: INTEGER
// returns key: STRING
// returns kind: STRING
// returns programme: STRING
// returns cause: STRING
// returns effectiveAt: INTEGER
// returns recordedAt: INTEGER
// returns outcomes: STRING
// returns reverses: STRING
// returns postings: LIST<LIST<ANY>>
// returns expiries: LIST<LIST<ANY>>
/* :params {asked: {profiles: ['p']}, before: 4611686018427387904, limit: 51} */
UNWIND $asked.profiles AS id
MATCH (:Profile {id: id})<-[:DECIDED]-(t:LedgerTransaction)
WHERE t.seq < $before
WITH DISTINCT t
ORDER BY t.seq DESC
LIMIT $limit
RETURN t.seq AS seq, t.position AS position, t.key AS key, t.kind AS kind, t.programme AS programme, t.cause AS cause,
       t.effectiveAt AS effectiveAt, t.recordedAt AS recordedAt, t.outcomes AS outcomes,
       [(t)-[:REVERSES]->(g:LedgerTransaction) | g.key][0] AS reverses,
       [(t)-[x:POSTS]->(a:Account) WHERE a.profileId IN $asked.profiles |
         [a.profileId, a.kind, a.unit, x.amount, x.reward]] AS postings,
       [(t)-[:CHANGED]->(w:Reward) WHERE w.profileId IN $asked.profiles AND w.expiresAt IS NOT NULL |
         [w.key, w.expiresAt]] AS expiries
ORDER BY seq DESC
