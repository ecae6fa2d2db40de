// referral.write_judged
// What a judgement changes: referrals [id, properties, profile that made it, profile it is for], flags that are new [key,
// referral, properties] or gone, reviews that are open now [key, referral, properties] or no more, invitations that were
// accepted [id, time], and derived edges between users: dropped [user, referral], first [user, to, referral, time] and also
// [user, to, referral, time, reason]. Referrals that users made (`changed`) become due: who is above their friends may be another.
// So do referrals of a flag's way (`along`, [id, flag]), and up to 60 earlier ones of a code that came to be flagged (`burst`,
// [id, flag]), unless they have that flag. Profiles of whom something is said ahead of the clock are due then (`ahead`).
// mode: write
// param rows: MAP
// param recordedAt: INTEGER
// returns written: INTEGER
/* :params {recordedAt: 1795000000000000, rows: {referrals: [['f', {programme: 'two-sided'}, 'p', 'q']], flags: [], unflagged: [],
   reviews: [], withdrawn: [], accepted: [], dropped: [], first: [], also: [], changed: [], along: [], burst: [], ahead: []}} */
CALL () {
  UNWIND $rows.referrals AS r
  MERGE (f:Referral {id: r[0]})
    ON CREATE SET f.recordedAt = $recordedAt
  SET f += r[1], f.judgedAt = $recordedAt
  WITH f, r
  MATCH (p:Profile {id: r[2]})
  MATCH (q:Profile {id: r[3]})
  MERGE (p)-[:MADE]->(f)
  MERGE (f)-[:FOR]->(q)
}
CALL () {
  UNWIND $rows.flags AS r
  MATCH (f:Referral {id: r[1]})
  MERGE (g:ReferralFlag {key: r[0]})
    ON CREATE SET g.recordedAt = $recordedAt, g.since = $recordedAt
  SET g += r[2]
  MERGE (f)-[:HAS_FLAG]->(g)
}
CALL () {
  UNWIND $rows.unflagged AS key
  MATCH (g:ReferralFlag {key: key})
  DETACH DELETE g
}
CALL () {
  UNWIND $rows.reviews AS r
  MATCH (f:Referral {id: r[1]})
  MERGE (v:ReferralReview {key: r[0]})
    ON CREATE SET v.recordedAt = $recordedAt
  SET v += r[2], v.state = 'open', v.at = $recordedAt
  MERGE (f)-[:HAS_REVIEW]->(v)
}
CALL () {
  UNWIND $rows.withdrawn AS key
  MATCH (v:ReferralReview {key: key})
  SET v.state = 'withdrawn'
}
CALL () {
  UNWIND $rows.accepted AS r
  MATCH (i:Invitation {id: r[0]})
  SET i.acceptedAt = CASE WHEN r[1] < i.acceptedAt THEN r[1] ELSE coalesce(i.acceptedAt, r[1]) END
}
CALL () {
  UNWIND $rows.dropped AS r
  CALL (r) {
    MATCH (u:User {oneId: r[0]})
    RETURN u
    UNION
    MATCH (u:FormerUser {oneId: r[0]})
    RETURN u
  }
  MATCH (u)-[e:FIRST_REFERRED_BY|ALSO_REFERRED_BY]->()
  WHERE e.referral = r[1]
  DELETE e
}
CALL () {
  UNWIND $rows.first AS r
  MATCH (u:User {oneId: r[0]})
  MATCH (to:User {oneId: r[1]})
  CREATE (u)-[:FIRST_REFERRED_BY {referral: r[2], at: r[3]}]->(to)
}
CALL () {
  UNWIND $rows.also AS r
  MATCH (u:User {oneId: r[0]})
  MATCH (to:User {oneId: r[1]})
  CREATE (u)-[:ALSO_REFERRED_BY {referral: r[2], at: r[3], reason: r[4]}]->(to)
}
CALL () {
  UNWIND $rows.changed AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[:MADE]->(f:Referral)
  SET f.dueAt = 0
}
CALL () {
  UNWIND $rows.along AS r
  MATCH (f:Referral {id: r[0]})
  WHERE NOT EXISTS { (f)-[:HAS_FLAG]->(:ReferralFlag {code: r[1]}) }
  SET f.dueAt = 0
}
CALL () {
  UNWIND $rows.burst AS r
  CALL (r) {
    MATCH (f:Referral {id: r[0]})
    USING INDEX SEEK f:Referral(id)
    MATCH (o:Referral)
    USING INDEX SEEK o:Referral(code, openedAt)
    WHERE o.code = f.code AND o.openedAt <= f.openedAt AND o.judgement <> 'unchecked'
      AND NOT EXISTS { (o)-[:HAS_FLAG]->(:ReferralFlag {code: r[1]}) }
    RETURN o ORDER BY o.openedAt DESC, o.id LIMIT 60
  }
  SET o.dueAt = 0
}
CALL () {
  UNWIND $rows.ahead AS r
  MATCH (p:Profile {id: r[0]})
  SET p.referralDueAt = r[1]
}
RETURN size($rows.referrals) AS written
