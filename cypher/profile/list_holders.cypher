// profile.list_holders
// Some of those who hold any of some identifiers at a time, trusted evidence before claims: the walk ends after `rows`
// of each, however many there are now. A holder is [profile, source, record id, oneId, role, scope, first, last, owner
// since, recorded, retracted].
// To a dealer only what it may see is given, as in `profile.read_users`, and no times: a contact with another dealer may
// have set them.
// mode: read
// param asked: MAP
// param at: INTEGER
// param rows: INTEGER
// param dealer: STRING
// returns holders: LIST<LIST<ANY>>
/* :params {asked: {keys: ['ik']}, at: 1795000000000000, rows: 21, dealer: null} */
CALL () {
  UNWIND $asked.keys AS key
  MATCH (i:Identifier {key: key})
        <-[e:HAS WHERE e.recordedAt <= $at AND (e.retractedAt IS NULL OR e.retractedAt > $at)]-(p:Profile)
  MATCH (p)-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]->(u)
  WHERE ($dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer })
    AND ($dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
  WITH p, e, i, u LIMIT $rows
  RETURN collect([p.id, p.source, p.recordId, u.oneId, 'trusted', i.scope,
                  CASE WHEN $dealer IS NULL THEN e.firstAt END, CASE WHEN $dealer IS NULL THEN e.lastAt END, null,
                  CASE WHEN $dealer IS NULL THEN coalesce(e.claimedAt, e.recordedAt) ELSE 0 END, e.retractedAt]) AS trusted
}
CALL (trusted) {
  WITH trusted WHERE size(trusted) < $rows
  UNWIND $asked.keys AS key
  MATCH (i:Identifier {key: key})<-[e:HAS|CLAIMS WHERE coalesce(e.claimedAt, e.recordedAt) <= $at
                                    AND (e.retractedAt IS NULL OR e.retractedAt > $at)]-(p:Profile)
  WHERE type(e) = 'CLAIMS' OR e.recordedAt > $at
  MATCH (p)-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]->(u)
  WHERE ($dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer })
    AND ($dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
  WITH p, e, i, u LIMIT $rows
  RETURN collect([p.id, p.source, p.recordId, u.oneId, 'claimed', i.scope,
                  CASE WHEN $dealer IS NULL THEN e.firstAt END, CASE WHEN $dealer IS NULL THEN e.lastAt END, null,
                  CASE WHEN $dealer IS NULL THEN coalesce(e.claimedAt, e.recordedAt) ELSE 0 END, e.retractedAt]) AS claimed
}
RETURN (trusted + claimed)[..$rows] AS holders
