// matching.read_profiles
// What matching compares of some profiles, sealed, their link components, and what it has stored of them: a digest of what
// was compared last, their blocking keys and their scored pairs.
// mode: read
// param asked: MAP
// returns profiles: LIST<LIST<ANY>>
/* :params {asked: {ids: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], namespaces: ['phone']}} */
UNWIND $asked.ids AS id
MATCH (p:Profile {id: id})
RETURN collect([
  p.id, p.component, p.traits, p.matched,
  [(p)-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier WHERE i.namespace IN $asked.namespaces) |
    [i.key, i.namespace, i.scope, e.value]],
  [(p)-[:BLOCKS_ON]->(k:BlockingKey) | k.key],
  [(p)-[s:SCORED]-(q:Profile) | [q.id, s.probability]]
]) AS profiles
