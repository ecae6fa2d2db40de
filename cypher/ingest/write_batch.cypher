// ingest.write_batch
// Writes one decided batch, or what a judgement means for identity: every list of `rows` is a unit of its own, rows are lists sorted by key, and what is
// CREATEd is known to be new under the feed lock (`feed.begin_write` ran first in this transaction). Times only
// widen and counts only add up, since an edge may have been used meanwhile by a batch that is no conflict. An edge is
// found from its profile (its other end has no label, so no plan begins there): a hot identifier has too many. A reason that
// changes while the user stays is kept in `earlier`, the latest 50: an interval more would be walked by every read of the
// user. Who is found by a relation is sought by id: on an empty graph a scan for each row looked as cheap. The lists travel in one map: the server plans anew for each combination of parameter sizes, but not for a map's contents.
// mode: write
// param position: INTEGER
// param recordedAt: INTEGER
// param operationId: STRING
// param kind: STRING
// param rules: STRING
// param rows: MAP
// returns written: INTEGER
/* :params {position: 42, recordedAt: 1795000000000000, operationId: 'o', kind: 'ingest', rules: 'r', rows: {}} */
CALL () {
  UNWIND $rows.identifiers AS r
  CREATE (:Identifier {key: r[0], namespace: r[1], scope: r[2], mask: r[3], country: r[4], operator: r[5],
                       domain: r[6], birthYear: r[7], gender: r[8], region: r[9], searchTokens: r[10],
                       recordedAt: $recordedAt})
}
CALL () {
  UNWIND $rows.founders AS r
  CREATE (p:Profile {id: r[0], source: r[1], recordKey: r[2], recordId: r[3], birthId: r[4],
                     seq: $position * 1048576 + r[5], founderClass: r[6], component: r[7], traits: r[8],
                     gender: r[9], birthYear: r[10], city: r[11], details: r[12], firstSeenAt: r[13],
                     lastSeenAt: r[14], searchTokens: r[15], recordedAt: $recordedAt})
  CREATE (u:User {oneId: r[4], recordedAt: $recordedAt})
  CREATE (p)-[:RESOLVED_TO {from: $recordedAt, tier: r[16], rule: r[17], reason: r[18], rules: $rules}]->(u)
}
CALL () {
  UNWIND $rows.joiners AS r
  CREATE (:Profile {id: r[0], source: r[1], recordKey: r[2], recordId: r[3], birthId: r[4],
                    seq: $position * 1048576 + r[5], founderClass: r[6], component: r[7], traits: r[8],
                    gender: r[9], birthYear: r[10], city: r[11], details: r[12], firstSeenAt: r[13],
                    lastSeenAt: r[14], searchTokens: r[15], recordedAt: $recordedAt})
}
CALL () {
  UNWIND $rows.profiles AS r
  MATCH (p:Profile {id: r[0]})
  SET p.traits = CASE WHEN r[1] IS NULL THEN p.traits ELSE r[1] END,
      p.gender = CASE WHEN r[1] IS NULL THEN p.gender ELSE r[2] END,
      p.birthYear = CASE WHEN r[1] IS NULL THEN p.birthYear ELSE r[3] END,
      p.city = CASE WHEN r[1] IS NULL THEN p.city ELSE r[4] END,
      p.details = CASE WHEN r[1] IS NULL THEN p.details ELSE r[5] END,
      p.firstSeenAt = CASE WHEN r[6] < coalesce(p.firstSeenAt, r[6] + 1) THEN r[6] ELSE p.firstSeenAt END,
      p.lastSeenAt = CASE WHEN r[7] > coalesce(p.lastSeenAt, r[7] - 1) THEN r[7] ELSE p.lastSeenAt END,
      p.founderClass = CASE WHEN r[8] < p.founderClass THEN r[8] ELSE p.founderClass END,
      p.searchTokens = CASE WHEN r[10] THEN r[9] ELSE p.searchTokens END
}
CALL () {
  UNWIND $rows.components AS r
  MATCH (p:Profile {id: r[0]})
  SET p.component = r[1]
}
CALL () {
  UNWIND $rows.has AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (i:Identifier {key: r[1]})
  CREATE (p)-[:HAS {value: r[2], grade: r[3], firstAt: r[4], lastAt: r[5], trustedFirstAt: r[6],
                    trustedLastAt: r[7], uses: r[8], alias: r[9], recordedAt: $recordedAt}]->(i)
}
CALL () {
  UNWIND $rows.claims AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (i:Identifier {key: r[1]})
  CREATE (p)-[:CLAIMS {value: r[2], firstAt: r[4], lastAt: r[5], uses: r[8], alias: r[9],
                       recordedAt: $recordedAt}]->(i)
}
CALL () {
  UNWIND $rows.uses AS r
  MATCH (p:Profile {id: r[0]})-[e:HAS|CLAIMS]->(i {key: r[1]})
  USING INDEX SEEK p:Profile(id)
  SET e.firstAt = CASE WHEN r[2] < coalesce(e.firstAt, r[2] + 1) THEN r[2] ELSE e.firstAt END,
      e.lastAt = CASE WHEN r[3] > coalesce(e.lastAt, r[3] - 1) THEN r[3] ELSE e.lastAt END,
      e.trustedFirstAt = CASE WHEN r[4] < coalesce(e.trustedFirstAt, r[4] + 1) THEN r[4] ELSE e.trustedFirstAt END,
      e.trustedLastAt = CASE WHEN r[5] > coalesce(e.trustedLastAt, r[5] - 1) THEN r[5] ELSE e.trustedLastAt END,
      e.grade = CASE WHEN e.grade = 'verified' THEN e.grade ELSE coalesce(r[6], e.grade) END,
      e.uses = e.uses + r[7],
      e.alias = coalesce(e.alias, r[8])
}
CALL () {
  UNWIND $rows.upgrades AS r
  MATCH (p:Profile {id: r[0]})-[e:CLAIMS]->(i {key: r[1]})
  USING INDEX SEEK p:Profile(id)
  CREATE (p)-[:HAS {
    value: e.value, grade: r[6],
    firstAt: CASE WHEN e.firstAt < coalesce(r[2], e.firstAt + 1) THEN e.firstAt ELSE r[2] END,
    lastAt: CASE WHEN e.lastAt > coalesce(r[3], e.lastAt - 1) THEN e.lastAt ELSE r[3] END,
    trustedFirstAt: r[4], trustedLastAt: r[5], uses: e.uses + r[7], alias: coalesce(e.alias, r[8]),
    recordedAt: $recordedAt, claimedAt: coalesce(e.claimedAt, e.recordedAt), retractedAt: e.retractedAt}]->(i)
  DELETE e
}
CALL () {
  UNWIND $rows.references AS r
  FOREACH (id IN CASE r[0] WHEN 'channel' THEN r[1] ELSE [] END | MERGE (:Channel {id: id}))
  FOREACH (id IN CASE r[0] WHEN 'campaign' THEN r[1] ELSE [] END | MERGE (:Campaign {id: id}))
  FOREACH (id IN CASE r[0] WHEN 'content' THEN r[1] ELSE [] END | MERGE (:Content {id: id}))
  FOREACH (id IN CASE r[0] WHEN 'dealer' THEN r[1] ELSE [] END | MERGE (:Dealer {id: id}))
  FOREACH (id IN CASE r[0] WHEN 'consultant' THEN r[1] ELSE [] END | MERGE (:Consultant {id: id}))
}
CALL () {
  UNWIND $rows.vehicles AS r
  MERGE (v:Vehicle {key: r[0]})
  ON CREATE SET v.mask = r[1], v.recordedAt = $recordedAt
  SET v.model = CASE WHEN r[2] < coalesce(v.model, r[2] + '~') THEN r[2] ELSE v.model END
}
CALL () {
  UNWIND $rows.touchpoints AS r
  MATCH (p:Profile {id: r[0]})
  UNWIND r[1] AS t
  CREATE (p)-[:BROUGHT]->(:Message:Touchpoint {
    key: t[0], type: t[1], content: t[2], payload: t[3], profileId: r[0], at: t[4], kind: t[5], event: t[6],
    occurredAt: t[7], receivedAt: t[8], channel: t[9], campaign: t[10], dealer: t[11], consultant: t[12],
    model: t[13], contentId: t[14], durationSeconds: t[15], amountMinor: t[16], currency: t[17], details: t[18],
    fact: t[19], dueAt: t[20], recordedAt: $recordedAt})
}
CALL () {
  UNWIND $rows.messages AS r
  MATCH (p:Profile {id: r[0]})
  UNWIND r[1] AS t
  CREATE (p)-[:BROUGHT]->(:Message {key: t[0], type: t[1], content: t[2], payload: t[3], recordedAt: $recordedAt})
}
CALL () {
  UNWIND $rows.shows AS r
  MATCH (t:Message {key: r[0]})
  MATCH (c:Content {id: r[1]})
  CREATE (t)-[:SHOWS]->(c)
}
CALL () {
  UNWIND $rows.about AS r
  MATCH (t:Message {key: r[0]})
  MATCH (v:Vehicle {key: r[1]})
  CREATE (t)-[:ABOUT]->(v)
}
CALL () {
  UNWIND $rows.drives AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (v:Vehicle {key: r[1]})
  MERGE (p)-[d:DRIVES]->(v)
  ON CREATE SET d.vin = r[2], d.recordedAt = $recordedAt
  SET d.role = head([role IN ['owner', 'coBuyer', 'payer', 'driver'] WHERE role IN [d.role, r[3]]]),
      d.ownedAt = CASE WHEN r[3] = 'owner' THEN coalesce(d.ownedAt, $recordedAt) ELSE d.ownedAt END,
      d.firstAt = CASE WHEN r[4] < coalesce(d.firstAt, r[4] + 1) THEN r[4] ELSE d.firstAt END,
      d.lastAt = CASE WHEN r[5] > coalesce(d.lastAt, r[5] - 1) THEN r[5] ELSE d.lastAt END,
      d.ownerSince = CASE WHEN r[6] < coalesce(d.ownerSince, r[6] + 1) THEN r[6] ELSE d.ownerSince END
}
CALL () {
  UNWIND $rows.known AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (d:Dealer {id: r[1]})
  MERGE (p)-[k:KNOWN_TO]->(d)
  ON CREATE SET k.since = r[2], k.recordedAt = $recordedAt
  SET k.changedAt = $recordedAt,
      k.since = CASE WHEN r[2] < coalesce(k.since, r[2] + 1) THEN r[2] ELSE k.since END,
      k.lastAt = CASE WHEN r[3] > coalesce(k.lastAt, r[3] - 1) THEN r[3] ELSE k.lastAt END,
      k.enquiredAt = CASE WHEN r[4] < coalesce(k.enquiredAt, r[4] + 1) THEN r[4] ELSE k.enquiredAt END,
      k.visitedAt = CASE WHEN r[5] < coalesce(k.visitedAt, r[5] + 1) THEN r[5] ELSE k.visitedAt END,
      k.testDrivenAt = CASE WHEN r[6] < coalesce(k.testDrivenAt, r[6] + 1) THEN r[6] ELSE k.testDrivenAt END,
      k.orderedAt = CASE WHEN r[7] < coalesce(k.orderedAt, r[7] + 1) THEN r[7] ELSE k.orderedAt END,
      k.deliveredAt = CASE WHEN r[8] < coalesce(k.deliveredAt, r[8] + 1) THEN r[8] ELSE k.deliveredAt END,
      k.consultant = CASE WHEN r[10] > coalesce(k.consultantAt, r[10] - 1) OR (r[10] = k.consultantAt AND r[9] > k.consultant)
                     THEN r[9] ELSE k.consultant END,
      k.consultantAt = CASE WHEN r[10] > coalesce(k.consultantAt, r[10] - 1) THEN r[10] ELSE k.consultantAt END,
      k.dueAt = CASE WHEN r[12] > coalesce(k.plannedAt, r[12] - 1) OR (r[12] = k.plannedAt AND r[11] > k.dueAt)
                THEN r[11] ELSE k.dueAt END,
      k.plannedAt = CASE WHEN r[12] > coalesce(k.plannedAt, r[12] - 1) THEN r[12] ELSE k.plannedAt END,
      k.appointmentAt = CASE WHEN r[14] > coalesce(k.bookedAt, r[14] - 1) OR (r[14] = k.bookedAt AND r[13] > k.appointmentAt)
                        THEN r[13] ELSE k.appointmentAt END,
      k.bookedAt = CASE WHEN r[14] > coalesce(k.bookedAt, r[14] - 1) THEN r[14] ELSE k.bookedAt END,
      k.closedAt = CASE WHEN r[15] > coalesce(k.closedAt, r[15] - 1) THEN r[15] ELSE k.closedAt END,
      k.cancelledAt = CASE WHEN r[16] > coalesce(k.cancelledAt, r[16] - 1) THEN r[16] ELSE k.cancelledAt END
}
CALL () {
  UNWIND $rows.users AS oneId
  OPTIONAL MATCH (f:FormerUser {oneId: oneId})
  FOREACH (u IN CASE WHEN f IS NULL THEN [] ELSE [f] END | SET u:User REMOVE u:FormerUser, u.until)
  FOREACH (id IN CASE WHEN f IS NULL THEN [oneId] ELSE [] END |
    MERGE (u:User {oneId: id}) ON CREATE SET u.recordedAt = $recordedAt)
}
CALL () {
  UNWIND $rows.moves AS r
  MATCH (p:Profile {id: r[0]})-[m:RESOLVED_TO WHERE m.to IS NULL]->(:User)
  USING INDEX SEEK p:Profile(id)
  SET m.to = $recordedAt
}
CALL () {
  UNWIND $rows.opens AS r
  MATCH (p:Profile {id: r[0]})
  MATCH (u:User {oneId: r[1]})
  CREATE (p)-[:RESOLVED_TO {from: $recordedAt, tier: r[2], rule: r[3], reason: r[4], rules: $rules}]->(u)
}
CALL () {
  UNWIND $rows.reasons AS r
  MATCH (p:Profile {id: r[0]})-[m:RESOLVED_TO WHERE m.to IS NULL]->(:User)
  USING INDEX SEEK p:Profile(id)
  SET m.earlier = (coalesce(m.earlier, []) +
        (toString(coalesce(m.since, m.from)) + '|' + m.tier + '|' + m.rule + '|' + m.reason + '|' + m.rules))[-50..]
  SET m.since = $recordedAt, m.tier = r[1], m.rule = r[2], m.reason = r[3], m.rules = $rules
}
CALL () {
  UNWIND $rows.retired AS oneId
  MATCH (u:User {oneId: oneId})
  SET u:FormerUser, u.until = $recordedAt
  REMOVE u:User
}
CALL () {
  UNWIND $rows.candidates AS r
  MATCH (p:Profile {id: r[0]})
  SET p.ambiguous = CASE size(r[1]) WHEN 0 THEN NULL
                    ELSE coalesce(p.ambiguous, toString($recordedAt) + p.id) END
  WITH p, r
  OPTIONAL MATCH (p)-[old:CANDIDATE]->()
  DELETE old
  WITH DISTINCT p, r
  UNWIND r[1] AS oneId
  MATCH (u:User {oneId: oneId})
  CREATE (p)-[:CANDIDATE {tier: r[2], recordedAt: $recordedAt}]->(u)
}
CALL () {
  UNWIND $rows.deadLetters AS r
  MERGE (d:DeadLetter {key: r[0]})
  ON CREATE SET d.id = r[1], d.source = r[2], d.reason = r[3], d.detail = r[4], d.month = r[5],
                d.recordKey = r[6], d.payload = r[7], d.recordedAt = $recordedAt
}
CREATE (e:FeedEntry {lane: 0, position: $position, recordedAt: $recordedAt, kind: $kind,
                     operationId: $operationId, components: $rows.touchedComponents, profileIds: $rows.touchedProfiles,
                     userIds: $rows.touchedUsers, vehicleKeys: [v IN $rows.vehicles | v[0]],
                     changes: $rows.changes})
RETURN e.position AS written
