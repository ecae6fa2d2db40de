// fraud.read_doings
// What was done about referrals, of each in one row: what the friend's touchpoints said of `topics` since `lead` before it, of each profile and
// topic the newest `said`; and when a reward of it could first be spent. And around the referrals of each code those of the same code within
// `window`, `beside` before each and as many after: when, which, whether it is idle, and where `friends` or more are around, the friend's place.
// mode: read
// param asked: MAP
// param lead: INTEGER
// param said: INTEGER
// param window: INTEGER
// param beside: INTEGER
// param friends: INTEGER
// returns doings: LIST<LIST<ANY>>
// returns codes: LIST<LIST<ANY>>
/* :params {asked: {ids: ['r1'], topics: ['enquiry:', 'visit:', 'appointment:', 'order:'], idle: ['invited', 'clicked', 'lapsed']},
   lead: 7776000000000, said: 100, window: 7776000000000, beside: 60, friends: 8} */
CALL () {
  UNWIND $asked.ids AS id
  MATCH (r:Referral {id: id})
  CALL (r) {
    MATCH (r)-[:FOR]->(:Profile)-[o:RESOLVED_TO WHERE o.to IS NULL]->(f:User)
    MATCH (f)<-[n:RESOLVED_TO WHERE n.to IS NULL]-(p:Profile)
    UNWIND $asked.topics AS topic
    CALL (p, topic) {
      MATCH (t:Touchpoint)
      WHERE t.profileId = p.id AND t.fact STARTS WITH topic
      RETURN t
      ORDER BY t.at DESC
      LIMIT $said
    }
    WITH r, p, t
    WHERE t.occurredAt >= r.openedAt - $lead
    RETURN collect([t.key, p.id, t.kind, t.fact, t.occurredAt, t.durationSeconds, CASE WHEN t.kind = 'testDrive' THEN t.details END]) AS said
  }
  CALL (r) {
    MATCH (w:Reward {referral: r.id})<-[:CHANGED]-(t:LedgerTransaction {kind: 'mature'})
    RETURN min(t.effectiveAt) AS maturedAt
  }
  RETURN collect([id, said, CASE WHEN r.maturedAt IS NULL OR maturedAt < r.maturedAt THEN maturedAt ELSE r.maturedAt END]) AS doings
}
CALL () {
  UNWIND $asked.ids AS id
  MATCH (r:Referral {id: id})
  CALL (r) {
    MATCH (o:Referral)
    WHERE o.code = r.code AND o.openedAt > r.openedAt - $window AND o.openedAt <= r.openedAt
    RETURN o
    ORDER BY o.openedAt DESC, o.id DESC
    LIMIT $beside
    UNION ALL
    MATCH (o:Referral)
    WHERE o.code = r.code AND o.openedAt > r.openedAt AND o.openedAt < r.openedAt + $window
    RETURN o
    ORDER BY o.openedAt, o.id
    LIMIT $beside
  }
  WITH r.code AS code, collect(DISTINCT o) AS around // many stand beside many, and each is looked at once
  UNWIND around AS o
  CALL (around, o) {
    WITH around, o
    WHERE size(around) >= $friends AND NOT o.progress IN $asked.idle
    MATCH (o)-[:FOR]->(:Profile)-[n:RESOLVED_TO WHERE n.to IS NULL]->(f:User)
    MATCH (f)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(p:Profile)
    RETURN min(p.city) AS city
  }
  WITH code, collect([o.openedAt, o.id, o.progress IN $asked.idle, coalesce(city, o.dealer)]) AS around
  RETURN collect([code, around]) AS codes
}
RETURN doings AS doings, codes AS codes
