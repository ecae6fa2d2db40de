// profile.read_users
// The people that oneIds lead to now (any profile's birth id leads to its present user, that of an erased one to its successor's), each with profiles, and
// what of the rest is asked for. A touchpoint page is [since, before, kinds, channel]: each profile's part is read
// from its index, newest first, and the parts are merged; `rows` is the longest page, plus one. `values` asks
// for identifiers' sealed values and whose they are, `asked` for profiles' sealed record ids and traits, `clear` for VINs, `proof` whether a profile has a verified government id. The lists lie in a map, for the server plans anew for each magnitude of a list
// that is a parameter of its own. The feed's position is read first: whatever was committed by then is in the answer. `profile.read_snapshots` answers in the same form for a time in the past.
// A dealer is told of people of whom one profile is known to it, and of these its own and the brand's profiles, without times of use;
// the model of a car as these say it; of their touchpoints those without a dealer and its own. A car that a contact with another dealer
// brought is told only where one with this dealer did too, and then without role. Without `dealer` everything is told.
// mode: read
// param asked: MAP
// param identifiers: BOOLEAN
// param values: BOOLEAN
// param clear: BOOLEAN
// param vehicles: BOOLEAN
// param proof: BOOLEAN
// param rows: INTEGER
// param dealer: STRING
// returns position: INTEGER
// returns users: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], pages: [['0', '9', null, null]], recordIds: true, traits: true},
   identifiers: true, values: true, clear: false, vehicles: true, proof: true, rows: 21, dealer: null} */
MATCH (h:FeedHead {lane: 0})
WITH h.position AS position
UNWIND $asked.oneIds AS asked
OPTIONAL MATCH (gone:Erased {birthId: asked})
MATCH (:Profile {birthId: coalesce(gone.successor, asked)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
WHERE $dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) }
CALL (u) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  WHERE $dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
  WITH p ORDER BY p.seq
  RETURN collect(p) AS members,
         collect([
           p.id, p.source, CASE WHEN $asked.recordIds THEN p.recordId END, CASE WHEN $asked.traits THEN p.traits END,
           CASE WHEN $dealer IS NULL THEN p.firstSeenAt END, CASE WHEN $dealer IS NULL THEN p.lastSeenAt END,
           CASE WHEN p.corrected THEN COLLECT {
             MATCH (p)-[:CORRECTED]->(c:Correction WHERE c.retractedAt IS NULL)
             RETURN [c.id, c.field, c.value, c.by, c.why, c.recordedAt]
           } ELSE [] END,
           CASE WHEN $proof THEN EXISTS {
             (p)-[e:HAS WHERE e.grade = 'verified' AND e.retractedAt IS NULL]->
               (i:Identifier WHERE i.namespace = 'governmentId')
           } END
         ]) AS profiles
}
CALL (members) {
  WITH members WHERE $identifiers
  UNWIND members AS p
  MATCH (p)-[e:HAS|CLAIMS WHERE e.retractedAt IS NULL]->(i:Identifier)
  RETURN collect([CASE WHEN $values THEN p.id ELSE '' END, i.key, i.namespace, i.scope, i.mask, type(e) = 'HAS',
                  CASE WHEN $values THEN e.value END, CASE WHEN $values THEN e.grade END,
                  CASE WHEN $values AND $dealer IS NULL THEN e.lastAt END]) AS identifiers
}
CALL (members) {
  WITH members WHERE $vehicles
  UNWIND members AS p
  MATCH (p)-[d:DRIVES]->(v:Vehicle)
  WITH p, d, v, $dealer IS NOT NULL AND EXISTS { MATCH (v)<-[:ABOUT]-(t:Touchpoint) WHERE t.profileId = p.id AND t.dealer <> $dealer } AS elsewhere
  WHERE NOT elsewhere
     OR EXISTS { MATCH (v)<-[:ABOUT]-(t:Touchpoint) WHERE t.profileId = p.id AND t.dealer = $dealer }
  RETURN collect([p.id, v.key, v.mask,
                  CASE WHEN $dealer IS NULL THEN v.model ELSE head(COLLECT {
                    MATCH (v)<-[:ABOUT]-(t:Touchpoint)
                    WHERE t.profileId = p.id AND (t.dealer IS NULL OR t.dealer = $dealer) AND t.model IS NOT NULL
                    RETURN t.model ORDER BY t.model LIMIT 1
                  }) END,
                  CASE WHEN NOT elsewhere THEN d.role END, CASE WHEN NOT elsewhere THEN d.ownerSince END,
                  CASE WHEN $clear THEN d.vin END]) AS vehicles
}
CALL (members) {
  UNWIND $asked.pages AS page
  CALL (members, page) {
    UNWIND members AS p
    CALL (p, page) {
      MATCH (t:Touchpoint)
      WHERE t.profileId = p.id AND t.at >= page[0] AND t.at < page[1]
        AND (page[2] IS NULL OR t.kind IN page[2])
        AND (page[3] IS NULL OR t.channel = page[3])
        AND ($dealer IS NULL OR t.dealer IS NULL OR t.dealer = $dealer)
      RETURN t
      ORDER BY t.profileId DESC, t.at DESC
      LIMIT $rows
    }
    WITH t ORDER BY t.at DESC LIMIT $rows
    RETURN collect([t.profileId, t.at, t.kind, t.event, t.occurredAt, t.receivedAt, t.channel, t.campaign, t.dealer,
                    CASE WHEN $dealer IS NULL OR t.dealer = $dealer THEN t.consultant END, t.model, t.contentId, t.durationSeconds, t.amountMinor, t.currency,
                    t.details]) AS touchpoints
  }
  RETURN collect(touchpoints) AS pages
}
RETURN position AS position, collect([asked, u.oneId, profiles, identifiers, vehicles, pages]) AS users
