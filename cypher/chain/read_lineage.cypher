// chain.read_lineage
// The lineage of a vehicle: who owns or owned it, who became it last first, at most `rows`, each with the chain of those who brought them,
// nearest first, as in `chain.read_ancestors`. Of the owner also since when, and whether nobody became one later.
// mode: read
// param key: STRING
// param rows: INTEGER
// returns owners: LIST<LIST<ANY>>
/* :params {key: 'vk', rows: 21} */
MATCH (v:Vehicle {key: $key})
CALL (v) {
  MATCH (v)<-[d:DRIVES WHERE d.role = 'owner']-(:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WITH u, max(coalesce(d.ownerSince, 0)) AS owning, min(d.ownerSince) AS since
  ORDER BY owning DESC, u.oneId LIMIT $rows
  RETURN collect([u, owning, since]) AS found, max(owning) AS latest
}
CALL (found, latest) {
  UNWIND found AS one
  WITH one[0] AS u, one[1] AS owning, one[2] AS since, latest
  CALL (u) {
    MATCH path = (u)-[:FIRST_REFERRED_BY]->{1,30}(a:User)
    WHERE a <> u
    WITH a, min([length(path), last(relationships(path)).at]) AS step
    ORDER BY step, a.oneId
    RETURN collect([a.oneId, step[0], step[1], NULL]) AS up
  }
  WITH u, owning, since, latest, up ORDER BY owning DESC, u.oneId
  RETURN collect([u.oneId, since, owning = latest, up]) AS owners
}
RETURN owners AS owners
