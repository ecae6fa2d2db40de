// judgement.find_questions
// What a steward may be asked about some people and about whoever is in some link components: their scored pairs,
// each with both users, and profiles that are, or were, ambiguous about them, each with the users they may be.
// The hints: see `identity.find_components`.
// mode: read
// param asked: MAP
// returns pairs: LIST<LIST<ANY>>
// returns ambiguous: LIST<LIST<ANY>>
/* :params {asked: {profiles: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], oneIds: [], components: []}} */
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (known:Profile {id: id})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  USING INDEX SEEK known:Profile(id)
  RETURN u
  UNION
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})
  USING INDEX SEEK u:User(oneId)
  RETURN u
  UNION
  UNWIND $asked.components AS component
  MATCH (near:Profile {component: component})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  USING INDEX SEEK near:Profile(component)
  RETURN u
}
WITH collect(u) AS users
CALL (users) {
  UNWIND users AS u
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[s:SCORED]-(q:Profile)
  MATCH (q)-[now:RESOLVED_TO WHERE now.to IS NULL]->(v:User)
  RETURN collect([p.id, q.id, s.probability, s.place, u.oneId, v.oneId, p.component, q.component]) AS pairs
}
CALL (users) {
  UNWIND users AS u
  CALL (u) {
    MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
    WHERE p.ambiguous IS NOT NULL OR p.place IS NOT NULL
    RETURN p
    UNION
    MATCH (u)<-[:CANDIDATE]-(p:Profile)
    RETURN p
  }
  WITH DISTINCT p
  RETURN collect([p.id, p.ambiguous, p.place, [(p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(own:User) | own.oneId] +
                  [(p)-[:CANDIDATE]->(other) | other.oneId]]) AS ambiguous
}
RETURN pairs AS pairs, ambiguous AS ambiguous
