// ingest.look_up
// All that a batch must know before it is decided, in one row: the feed's position (read first, so that what
// commits later is seen as newer), known profiles with their evidence, known identifiers with the components of
// their holders, and known messages. A hot identifier names no holders.
// mode: read
// param keys: MAP
// returns position: INTEGER
// returns profiles: LIST<LIST<ANY>>
// returns identifiers: LIST<LIST<ANY>>
// returns messages: LIST<LIST<STRING>>
/* :params {keys: {records: ['rk'], identifiers: [['ik', 64]], messages: ['mk']}} */
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
    [(p)-[v:DRIVES]->(c:Vehicle) | c.key]
  ]) AS profiles
}
CALL () {
  UNWIND $keys.identifiers AS row
  MATCH (i:Identifier {key: row[0]})
  WITH row, i, COUNT { (i)<-[:HAS]-() } AS trusted, COUNT { (i)<-[:CLAIMS]-() } AS claimed
  RETURN collect([
    row[0], trusted, trusted + claimed,
    CASE
      WHEN trusted + claimed <= row[1] THEN [(i)<-[:HAS|CLAIMS]-(p:Profile) | p.component]
      WHEN trusted <= row[1] THEN [(i)<-[:HAS]-(p:Profile) | p.component]
      ELSE []
    END
  ]) AS identifiers
}
CALL () {
  UNWIND $keys.messages AS messageKey
  MATCH (m:Message {key: messageKey})
  RETURN collect([messageKey, m.content]) AS messages
}
RETURN position AS position, profiles AS profiles, identifiers AS identifiers, messages AS messages
