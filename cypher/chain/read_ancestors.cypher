// chain.read_ancestors
// Who brought people: up the chain of first referrers, nearest first, at most 30 of them; then, where `also`, who brought the person too,
// later or in a circle, with that reason. One of them is [oneId, distance, since when it was heard of, reason]. No relationship is walked
// twice and nobody is told twice, so a circle, which there should not be, ends.
// mode: read
// param asked: MAP
// param also: BOOLEAN
// returns chains: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}, also: true} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})
CALL (u) {
  MATCH path = (u)-[:FIRST_REFERRED_BY]->{1,30}(a:User)
  WHERE a <> u
  WITH a, min([length(path), last(relationships(path)).at]) AS step
  ORDER BY step, a.oneId
  RETURN collect([a.oneId, step[0], step[1], NULL]) AS up
}
CALL (u) {
  MATCH (u)-[f:ALSO_REFERRED_BY]->(a:User)
  WHERE $also AND a <> u
  WITH a, min([f.at, f.reason]) AS step
  ORDER BY step, a.oneId
  RETURN collect([a.oneId, 1, step[0], step[1]]) AS beside
}
RETURN collect([oneId, up + beside]) AS chains
