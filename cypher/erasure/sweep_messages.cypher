// erasure.sweep_messages
// Removes some of the messages that an erased profile brought, and vehicles that only they were about; with the last of
// them the node they hung on. Answers how many went: nothing where there is no such node any more.
// mode: write
// param id: STRING
// param limit: INTEGER
// returns swept: INTEGER
/* :params {id: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', limit: 5000} */
MATCH (e:Erasing {id: $id})
CALL (e) {
  MATCH (e)-[:BROUGHT]->(m)
  WITH m LIMIT $limit
  OPTIONAL MATCH (m)-[:ABOUT]->(v:Vehicle)
  WITH collect(DISTINCT m) AS messages, collect(DISTINCT v) AS vehicles
  FOREACH (m IN messages | DETACH DELETE m)
  RETURN size(messages) AS swept, vehicles
}
CALL (vehicles) {
  UNWIND vehicles AS v
  WITH v WHERE NOT EXISTS { (v)<-[:DRIVES|ABOUT]-() }
  DELETE v
}
CALL (e) {
  WITH e WHERE NOT EXISTS { (e)-[:BROUGHT]->() }
  DETACH DELETE e
}
RETURN swept AS swept
