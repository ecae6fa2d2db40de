// erasure.survey_profiles
// What hangs on profiles that are to be erased: messages and touchpoints counted, corrections and judgements by id, the
// users they ever were, and by key what may go with its last edge: evidence edges as [profile, identifier, namespace,
// trusted, counts], vehicles, blocking keys.
// mode: read
// param asked: MAP
// returns messages: INTEGER
// returns touchpoints: INTEGER
// returns corrections: INTEGER
// returns judgements: LIST<STRING>
// returns users: LIST<STRING>
// returns edges: LIST<LIST<ANY>>
// returns vehicles: LIST<STRING>
// returns blocking: LIST<STRING>
/* :params {asked: {profiles: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (:Profile {id: id})-[:BROUGHT]->(m)
  RETURN count(m) AS messages, count(CASE WHEN m:Touchpoint THEN 1 END) AS touchpoints
}
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (:Profile {id: id})-[:CORRECTED]->(c)
  RETURN count(c) AS corrections
}
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (:Profile {id: id})<-[:CONCERNS]-(j:Judgement)
  RETURN collect(DISTINCT j.id) AS judgements
}
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (:Profile {id: id})-[:RESOLVED_TO]->(u)
  RETURN collect(DISTINCT u.oneId) AS users
}
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (:Profile {id: id})-[e:HAS|CLAIMS]->(i:Identifier)
  RETURN collect([id, i.key, i.namespace, type(e) = 'HAS', e.retractedAt IS NULL]) AS edges
}
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (p:Profile {id: id})
  CALL (p) {
    MATCH (p)-[:DRIVES]->(v:Vehicle)
    RETURN v
    UNION
    MATCH (p)-[:BROUGHT]->()-[:ABOUT]->(v:Vehicle)
    RETURN v
  }
  RETURN collect(DISTINCT v.key) AS vehicles
}
CALL () {
  UNWIND $asked.profiles AS id
  MATCH (:Profile {id: id})-[:BLOCKS_ON]->(k:BlockingKey)
  RETURN collect(DISTINCT k.key) AS blocking
}
RETURN messages AS messages, touchpoints AS touchpoints, corrections AS corrections, judgements AS judgements,
       users AS users, edges AS edges, vehicles AS vehicles, blocking AS blocking
