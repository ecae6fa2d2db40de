// ledger.list_holders_rewards
// Pages of the rewards of users' present profiles, what was granted last first. A page is [oneId, before, before key],
// its rewards come after that place; all of a user's rewards are walked for it. Dealers are told nothing of it.
// mode: read
// param asked: MAP
// param rows: INTEGER
// returns pages: LIST<LIST<ANY>>
/* :params {asked: {pages: [['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', 4611686018427387904, '']]}, rows: 21} */
UNWIND $asked.pages AS page
CALL (page) {
  MATCH (u:User {oneId: page[0]})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[:EARNED]->(w:Reward)
  WHERE w.grantedAt < page[1] OR (w.grantedAt = page[1] AND w.key > page[2])
  WITH w ORDER BY w.grantedAt DESC, w.key LIMIT $rows
  RETURN collect(properties(w)) AS rewards
}
RETURN collect([page[0], page[1], page[2], rewards]) AS pages
