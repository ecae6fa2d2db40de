// identity.read_components
// The evidence of whole link components, with each profile's present user; and how many holders the busiest of
// their identifiers have in all, so that hot ones are known as such. The hints: see `identity.find_components`.
// mode: read
// param read: MAP
// param busy: INTEGER
// returns profiles: LIST<LIST<ANY>>
// returns degrees: LIST<LIST<ANY>>
/* :params {read: {components: ['0198c0de-0000-7d3e-9f00-5a1b2c3d4e5f']}, busy: 40} */
CALL () {
  UNWIND $read.components AS component
  MATCH (p:Profile {component: component})
  USING INDEX SEEK p:Profile(component)
  RETURN collect([
    p.id, p.source, p.recordId, p.birthId, p.seq, p.founderClass, p.component, p.traits,
    [(p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) | [u.oneId, r.tier, r.rule, r.reason]],
    [(p)-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier) |
      [i.key, i.namespace, i.scope, type(e), e.grade, e.firstAt, e.lastAt, e.trustedFirstAt, e.trustedLastAt,
       e.value, e.alias, i.shared]],
    [(p)-[j:SAME_AS|DIFFERENT_FROM WHERE j.retractedAt IS NULL]->(q:Profile) | [type(j), q.id]],
    [(p)-[k:CANDIDATE]->(c:User) | [c.oneId, k.tier]],
    [(p)-[s:SCORED]->(q:Profile) | [q.id, s.probability]]
  ]) AS profiles
}
CALL () {
  UNWIND $read.components AS component
  MATCH (p:Profile {component: component})-[:HAS|CLAIMS]->(i:Identifier)
  USING INDEX SEEK p:Profile(component)
  WITH DISTINCT i
  WITH i, COUNT { (i)<-[:HAS]-() } AS has, COUNT { (i)<-[:CLAIMS]-() } AS claims
  WHERE has + claims > $busy
  WITH i, has, has + claims - COUNT { (i)<-[:DISOWNED]-() } AS held,
       COUNT { (i)<-[:DISOWNED]-(p:Profile) WHERE EXISTS { (p)-[:HAS]->(i) } } AS disowned
  RETURN collect([i.key, has - disowned, held]) AS degrees
}
RETURN profiles AS profiles, degrees AS degrees
