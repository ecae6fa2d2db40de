// standing.read_statements
// What was said of the orders, consents, appointments, follow-ups and visits of users: of each profile and topic (`order:` …) the newest `rows`,
// read from the index of what touchpoints are about. A dealer is told of people of whom one profile is known to it, and of these its own
// and the brand's profiles, touchpoints without a dealer and its own; consultants and cars of its own alone. Without `dealer` everything is told.
// mode: read
// param asked: MAP
// param rows: INTEGER
// param dealer: STRING
// returns statements: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], topics: ['order:', 'consent:']}, rows: 500, dealer: null} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})
WHERE $dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) }
MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
WHERE $dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
UNWIND $asked.topics AS topic
CALL (p, topic) {
  MATCH (t:Touchpoint)
  WHERE t.profileId = p.id AND t.fact STARTS WITH topic
    AND ($dealer IS NULL OR t.dealer IS NULL OR t.dealer = $dealer)
  RETURN t
  ORDER BY t.at DESC
  LIMIT $rows
}
RETURN collect([oneId, t.key, p.id, t.fact, t.kind, t.occurredAt, p.source, t.channel, t.dealer,
                CASE WHEN $dealer IS NULL OR t.dealer = $dealer THEN t.consultant END, t.model, t.amountMinor,
                t.currency, t.dueAt,
                CASE WHEN $dealer IS NULL OR t.dealer = $dealer THEN head([(t)-[:ABOUT]->(v:Vehicle) | v.key]) END, t.details]) AS statements
