// ingest.look_up
// All that a batch must know before it is decided, in one row: the feed's position (read first, so that what
// commits later is seen as newer), known profiles with their evidence, known identifiers with the components of
// their holders, known messages, and which records were erased. A hot identifier names no holders; who disowned one is not counted among them.
// mode: read
// param keys: MAP
// returns position: INTEGER
// returns profiles: LIST<LIST<ANY>>
// returns identifiers: LIST<LIST<ANY>>
// returns messages: LIST<LIST<STRING>>
// returns suppressed: LIST<STRING>
/* :params {keys: {records: ['rk'], identifiers: [['ik', 64]], messages: ['mk'], suppressions: ['sk']}} */
MATCH (h:FeedHead {lane: 0})
WITH h.position AS position
CALL () {
  UNWIND $keys.records AS recordKey
  MATCH (p:Profile {recordKey: recordKey})
  RETURN collect([
    recordKey, p.id, p.component, p.founderClass, p.traits,
    [(p)-[e:HAS|CLAIMS]->(i:Identifier) |
      [i.key, type(e), e.grade, e.firstAt, e.lastAt, e.trustedFirstAt, e.trustedLastAt, e.alias]],
    [(p)-[:KNOWN_TO]->(d:Dealer) | d.id],
    [(p)-[v:DRIVES]->(c:Vehicle) | c.key],
    CASE WHEN p.judged THEN [(p)-[:DISOWNED]->(i:Identifier) | i.key] ELSE [] END
  ]) AS profiles
}
CALL () {
  UNWIND $keys.identifiers AS row
  MATCH (i:Identifier {key: row[0]})
  WITH row, i, COUNT { (i)<-[:HAS]-() } AS has, COUNT { (i)<-[:CLAIMS]-() } AS claims,
       CASE WHEN i.judged
         THEN [(i)<-[:DISOWNED]-(p:Profile) | CASE WHEN EXISTS { (p)-[:HAS]->(i) } THEN 1 ELSE 0 END]
         ELSE []
       END AS marks
  WITH row, i, size(marks) AS disowned, has - reduce(all = 0, one IN marks | all + one) AS trusted,
       has + claims - size(marks) AS held
  RETURN collect([
    row[0], trusted, held,
    CASE
      WHEN held <= row[1] THEN [(i)<-[:HAS|CLAIMS]-(p:Profile) | p.component]
      WHEN trusted <= row[1] THEN [(i)<-[:HAS]-(p:Profile) | p.component]
      ELSE []
    END,
    disowned, CASE WHEN i.judged THEN i.shared END
  ]) AS identifiers
}
CALL () {
  UNWIND $keys.messages AS messageKey
  MATCH (m:Message {key: messageKey})
  RETURN collect([messageKey, m.content]) AS messages
}
CALL () {
  UNWIND $keys.suppressions AS suppression
  MATCH (s:Suppression {key: suppression})
  RETURN collect(s.key) AS suppressed
}
RETURN position AS position, profiles AS profiles, identifiers AS identifiers, messages AS messages,
       suppressed AS suppressed
