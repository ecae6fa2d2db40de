// identity.find_beside
// Of some profiles the component and whom evidence connects with them: the keys of what they hold, verdicts and scores from
// `probable` on; and of each of these identifiers who holds it, and whether trusted. One that is hot among all holders
// names the trusted ones only, and none where even they are too many.
// mode: read
// param asked: MAP
// param probable: FLOAT
// returns profiles: LIST<LIST<ANY>>
// returns identifiers: LIST<LIST<ANY>>
/* :params {asked: {ids: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], hot: {phone: 64}}, probable: 0.95} */
CALL () {
  UNWIND $asked.ids AS id
  MATCH (p:Profile {id: id})
  RETURN collect([
    p.id, p.component,
    [(p)-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier) | i.key],
    [(p)-[j:SAME_AS WHERE j.retractedAt IS NULL]-(q:Profile) | q.id],
    [(p)-[s:SCORED WHERE s.probability >= $probable]-(q:Profile) | q.id]
  ]) AS profiles
}
CALL () {
  UNWIND $asked.ids AS id
  MATCH (p:Profile {id: id})-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier)
  WITH DISTINCT i, coalesce($asked.hot[i.namespace], 0) AS hot
  WITH i, hot, COUNT { (i)<-[:HAS]-() } AS has, COUNT { (i)<-[:CLAIMS]-() } AS claims,
       CASE WHEN i.judged
         THEN [(i)<-[:DISOWNED]-(p:Profile) | CASE WHEN EXISTS { (p)-[:HAS]->(i) } THEN 1 ELSE 0 END]
         ELSE []
       END AS marks
  WITH i, hot, has - reduce(all = 0, one IN marks | all + one) AS trusted, has + claims - size(marks) AS held
  RETURN collect([i.key, i.namespace,
    CASE
      WHEN held <= hot THEN [(i)<-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]-(q:Profile) | [q.id, type(e) = 'HAS']]
      WHEN trusted <= hot THEN [(i)<-[e:HAS WHERE e.retractedAt IS NULL]-(q:Profile) | [q.id, true]]
      ELSE []
    END
  ]) AS identifiers
}
RETURN profiles AS profiles, identifiers AS identifiers
