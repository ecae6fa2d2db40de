// ledger.list_lines
// Pages of the transactions that decided something of rewards of users' present profiles, latest recorded first. A page is
// [oneId, before]; its lines are [seq, position, key, kind, programme, cause, effective time, recorded time, outcomes,
// reversed grant, postings, expiries, the user's profiles]. Postings are those on the profiles' accounts as [profile, kind,
// unit, amount, reward], expiries [reward, time]. Programmes are the brand's: dealers are told nothing of it.
// mode: read
// param asked: MAP
// param rows: INTEGER
// returns pages: LIST<LIST<ANY>>
/* :params {asked: {pages: [['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', 4611686018427387904]]}, rows: 21} */
UNWIND $asked.pages AS page
CALL (page) {
  MATCH (u:User {oneId: page[0]})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  WITH collect(p) AS people, collect(p.id) AS profiles
  UNWIND people AS p
  MATCH (p)<-[:DECIDED]-(t:LedgerTransaction)
  WHERE t.seq < page[1]
  WITH DISTINCT t, profiles
  ORDER BY t.seq DESC
  LIMIT $rows
  RETURN collect([t.seq, t.position, t.key, t.kind, t.programme, t.cause, t.effectiveAt, t.recordedAt, t.outcomes,
    [(t)-[:REVERSES]->(g:LedgerTransaction) | g.key][0],
    [(t)-[x:POSTS]->(a:Account) WHERE a.profileId IN profiles | [a.profileId, a.kind, a.unit, x.amount, x.reward]],
    [(t)-[:CHANGED]->(w:Reward) WHERE w.profileId IN profiles AND w.expiresAt IS NOT NULL | [w.key, w.expiresAt]],
    profiles]) AS lines
}
RETURN collect([page[0], page[1], lines]) AS pages
