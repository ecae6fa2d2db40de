// erasure.erase_profiles
// Deletes profiles with all they brought, and what hung on nothing else; leaves tombstones and suppressions. Rows:
// tombstones are [profile, birth id, successor], suppressions [key, birth id], the rest ids and keys. Where they brought
// more than fits into one transaction (`later` instead of `profiles`), only an Erasing node is left of each, bare of all
// but its id, on which messages hang until `erasure.sweep_messages` has removed them. A judgement that
// several people share an identifier stands while anybody holds it: it concerns the least of them then.
// `cooled` are profiles that matching is to compare again. `feed.begin_write` ran first in this transaction; who is who
// is written after it.
// mode: write
// param rows: MAP
// param by: STRING
// param why: BYTES
// param month: STRING
// param recordedAt: INTEGER
// returns erased: INTEGER
/* :params {rows: {tombstones: [['p', 'b', null]], profiles: ['p'], later: []}, by: 'k', why: null, month: '2026-11', recordedAt: 1795000000000000} */
CALL () {
  UNWIND $rows.profiles AS id
  MATCH (:Profile {id: id})-[:BROUGHT]->(m)
  DETACH DELETE m
}
CALL () {
  UNWIND $rows.profiles + $rows.later AS id
  MATCH (:Profile {id: id})-[:CORRECTED]->(c)
  DETACH DELETE c
}
CALL () {
  UNWIND $rows.judgements AS id
  MATCH (j:Judgement {id: id})
  WHERE j.sealedBy IN $rows.profiles OR j.sealedBy IN $rows.later
  REMOVE j.why, j.sealedBy
}
CALL () {
  UNWIND $rows.profiles AS id
  MATCH (p:Profile {id: id})
  DETACH DELETE p
}
CALL () {
  UNWIND $rows.later AS id
  MATCH (p:Profile {id: id})
  CALL (p) {
    MATCH (p)-[r:HAS|CLAIMS|DISOWNED|RESOLVED_TO|CANDIDATE|SAME_AS|DIFFERENT_FROM|CONCERNS|SCORED|BLOCKS_ON|DRIVES|KNOWN_TO|TAGGED|HOLDS|EARNED|DECIDED|SHARES|MADE|FOR|CLAIMED_FOR]-()
    DELETE r
  }
  SET p:Erasing
  REMOVE p:Profile
  SET p = {id: id}
}
CALL () {
  UNWIND $rows.identifiers AS key
  MATCH (i:Identifier {key: key})
  WHERE NOT EXISTS { (i)<-[:HAS|CLAIMS]-() }
  DETACH DELETE i
}
CALL () {
  UNWIND $rows.vehicles AS key
  MATCH (v:Vehicle {key: key})
  WHERE NOT EXISTS { (v)<-[:DRIVES|ABOUT]-() }
  DELETE v
}
CALL () {
  UNWIND $rows.cooled AS id
  MATCH (p:Profile {id: id})
  REMOVE p.matched
}
CALL () {
  UNWIND $rows.blocking AS key
  MATCH (k:BlockingKey {key: key})
  WHERE NOT EXISTS { (k)<-[:BLOCKS_ON]-() }
  DELETE k
}
CALL () {
  UNWIND $rows.judgements AS id
  MATCH (j:Judgement {id: id})
  WHERE j.kind = 'shared' AND NOT EXISTS { (j)-[:CONCERNS]->() }
  MATCH (j)-[:MARKS]->(i:Identifier)
  CALL (i) {
    MATCH (i)<-[:HAS|CLAIMS]-(p:Profile)
    RETURN p ORDER BY p.id LIMIT 1
  }
  CREATE (j)-[:CONCERNS]->(p)
}
CALL () {
  UNWIND $rows.judgements AS id
  MATCH (j:Judgement {id: id})
  WHERE NOT EXISTS { (j)-[:CONCERNS]->() }
  DETACH DELETE j
}
CALL () {
  UNWIND $rows.letters AS id
  MATCH (d:DeadLetter {id: id})
  DELETE d
}
CALL () {
  UNWIND $rows.tombstones AS r
  MERGE (e:Erased {birthId: r[1]})
  SET e.profileId = r[0], e.successor = r[2], e.at = $recordedAt, e.by = $by, e.why = $why, e.month = $month
}
CALL () {
  UNWIND $rows.tombstones AS r
  MATCH (e:Erased {successor: r[1]})
  SET e.successor = r[2]
}
CALL () {
  UNWIND $rows.suppressions AS r
  MERGE (s:Suppression {key: r[0]})
  ON CREATE SET s.recordedAt = $recordedAt
  SET s.birthId = r[1]
}
RETURN size($rows.tombstones) AS erased
