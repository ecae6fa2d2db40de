// profile.read_snapshots
// As `profile.read_users`, but what was believed at a time in the past: who was whose by the intervals, the evidence
// and touchpoints committed by then and not yet taken back. A claim that became trusted evidence since was a claim.
// When a person was first and last seen is not kept for the past, nor a role that was not yet known to be there.
// mode: read
// param asked: MAP
// param at: INTEGER
// param identifiers: BOOLEAN
// param values: BOOLEAN
// param clear: BOOLEAN
// param vehicles: BOOLEAN
// param proof: BOOLEAN
// param rows: INTEGER
// returns position: INTEGER
// returns users: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], pages: [['0', '9', null, null]]},
   at: 1795000000000000, identifiers: true, values: true, clear: false, vehicles: true, proof: true, rows: 21} */
UNWIND $asked.oneIds AS asked
OPTIONAL MATCH (gone:Erased {birthId: asked})
MATCH (:Profile {birthId: coalesce(gone.successor, asked)})-[then:RESOLVED_TO WHERE then.from <= $at AND (then.to IS NULL OR then.to > $at)]->(u)
CALL (u) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]-(p:Profile)
  WITH p ORDER BY p.seq
  RETURN collect(p) AS members,
         collect([
           p.id, p.source, p.recordId, p.traits, null, null,
           [(p)-[:CORRECTED]->(c:Correction WHERE c.recordedAt <= $at AND (c.retractedAt IS NULL OR c.retractedAt > $at)) |
             [c.id, c.field, c.value, c.by, c.why, c.recordedAt]],
           CASE WHEN $proof THEN EXISTS {
             (p)-[e:HAS WHERE e.grade = 'verified' AND e.recordedAt <= $at AND (e.retractedAt IS NULL OR e.retractedAt > $at)]->
               (i:Identifier WHERE i.namespace = 'governmentId')
           } END
         ]) AS profiles
}
CALL (members) {
  WITH members WHERE $identifiers
  UNWIND members AS p
  MATCH (p)-[e:HAS|CLAIMS WHERE coalesce(e.claimedAt, e.recordedAt) <= $at
                              AND (e.retractedAt IS NULL OR e.retractedAt > $at)]->(i:Identifier)
  WITH p, e, i, type(e) = 'HAS' AND e.recordedAt <= $at AS trusted
  RETURN collect([p.id, i.key, i.namespace, i.scope, i.mask, trusted,
                  CASE WHEN $values THEN e.value END, CASE WHEN trusted THEN e.grade END, e.lastAt]) AS identifiers
}
CALL (members) {
  WITH members WHERE $vehicles
  UNWIND members AS p
  MATCH (p)-[d:DRIVES WHERE d.recordedAt <= $at]->(v:Vehicle)
  RETURN collect([p.id, v.key, v.mask, v.model,
                  CASE WHEN d.role <> 'owner' OR coalesce(d.ownedAt, d.recordedAt) <= $at THEN d.role END,
                  CASE WHEN coalesce(d.ownedAt, d.recordedAt) <= $at THEN d.ownerSince END,
                  CASE WHEN $clear THEN d.vin END]) AS vehicles
}
CALL (members) {
  UNWIND $asked.pages AS page
  CALL (members, page) {
    UNWIND members AS p
    CALL (p, page) {
      MATCH (t:Touchpoint)
      WHERE t.profileId = p.id AND t.at >= page[0] AND t.at < page[1] AND t.recordedAt <= $at
        AND (page[2] IS NULL OR t.kind IN page[2])
        AND (page[3] IS NULL OR t.channel = page[3])
      RETURN t
      ORDER BY t.profileId DESC, t.at DESC
      LIMIT $rows
    }
    WITH t ORDER BY t.at DESC LIMIT $rows
    RETURN collect([t.profileId, t.at, t.kind, t.event, t.occurredAt, t.receivedAt, t.channel, t.campaign, t.dealer,
                    t.consultant, t.model, t.contentId, t.durationSeconds, t.amountMinor, t.currency,
                    t.details]) AS touchpoints
  }
  RETURN collect(touchpoints) AS pages
}
RETURN 0 AS position, collect([asked, u.oneId, profiles, identifiers, vehicles, pages]) AS users
