// profile.list_drivers
// Some of those who have a vehicle at a time, as `profile.list_holders` gives them; the walk ends after `rows`.
// To a dealer only what it may see is given, as in `profile.read_users`, and no times: a contact with another dealer may
// have set them.
// mode: read
// param key: STRING
// param at: INTEGER
// param rows: INTEGER
// param dealer: STRING
// returns holders: LIST<LIST<ANY>>
/* :params {key: 'vk', at: 1795000000000000, rows: 21, dealer: null} */
MATCH (v:Vehicle {key: $key})<-[d:DRIVES WHERE d.recordedAt <= $at]-(p:Profile)
MATCH (p)-[r:RESOLVED_TO WHERE r.from <= $at AND (r.to IS NULL OR r.to > $at)]->(u)
WHERE ($dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer })
  AND ($dealer IS NULL OR NOT EXISTS { MATCH (v)<-[:ABOUT]-(t:Touchpoint) WHERE t.profileId = p.id AND t.dealer <> $dealer })
  AND ($dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
WITH p, d, u LIMIT $rows
RETURN collect([p.id, p.source, p.recordId, u.oneId,
                CASE WHEN d.role <> 'owner' OR coalesce(d.ownedAt, d.recordedAt) <= $at THEN d.role ELSE 'driver' END,
                '*', CASE WHEN $dealer IS NULL THEN d.firstAt END, CASE WHEN $dealer IS NULL THEN d.lastAt END,
                CASE WHEN $dealer IS NULL AND coalesce(d.ownedAt, d.recordedAt) <= $at THEN d.ownerSince END,
                CASE WHEN $dealer IS NULL THEN d.recordedAt ELSE 0 END, null]) AS holders
