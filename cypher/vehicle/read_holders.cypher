// vehicle.read_holders
// Who has each of some vehicles, now: its owners, or all who have it. A list asked for is [vehicle, whether owners only].
// A person counts once, with the first of the roles and the last use of their profiles. At most `walked` records of a list are read, of
// which ones is not said; the newest `rows` people of these are told: owners by when they last became it, others by last use.
// A holder is [oneId, role, since, last use, current]; `whole` is false where there are more records than are read.
// To a dealer only what it may see counts, as in `profile.list_drivers`, and no times: by oneId then, the present owner first.
// mode: read
// param asked: MAP
// param walked: INTEGER
// param rows: INTEGER
// param dealer: STRING
// returns lists: LIST<LIST<ANY>>
/* :params {asked: {lists: [['vk', true], ['vk', false]]}, walked: 5001, rows: 21, dealer: null} */
UNWIND $asked.lists AS asked
MATCH (v:Vehicle {key: asked[0]})
CALL (v) {
  WITH v WHERE $dealer IS NOT NULL
  MATCH (v)<-[:ABOUT]-(t:Touchpoint)
  WHERE t.dealer <> $dealer
  RETURN collect(DISTINCT t.profileId) AS elsewhere
}
CALL (v, asked, elsewhere) {
  MATCH (v)<-[d:DRIVES]-(p:Profile)
  WHERE NOT asked[1] OR d.role = 'owner'
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WHERE $dealer IS NULL
     OR (NOT p.id IN elsewhere
         AND NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
         AND EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
  WITH d, u LIMIT $walked
  WITH u, count(d) AS records, collect(d.role) AS roles, min(d.firstAt) AS firstAt, max(d.lastAt) AS lastAt,
       min(d.ownerSince) AS ownerSince, max(CASE d.role WHEN 'owner' THEN coalesce(d.ownerSince, 0) END) AS owning
  RETURN collect([u, head([role IN ['owner', 'coBuyer', 'payer', 'driver'] WHERE role IN roles]), firstAt, lastAt,
                  ownerSince, owning]) AS found, max(owning) AS latest, sum(records) AS records
}
CALL (v, asked, found, latest) {
  UNWIND found AS holder
  WITH v, asked, holder[0] AS u, holder, holder[1] = 'owner' AND holder[5] = latest AS owns
  ORDER BY CASE WHEN $dealer IS NULL AND asked[1] THEN holder[5] WHEN $dealer IS NULL THEN coalesce(holder[3], holder[5], 0)
                WHEN owns THEN 1 ELSE 0 END DESC, u.oneId
  LIMIT $rows
  RETURN collect([u.oneId, holder[1],
                  CASE WHEN $dealer IS NULL AND holder[1] = 'owner' THEN holder[4] WHEN $dealer IS NULL THEN holder[2] END,
                  CASE WHEN $dealer IS NULL AND asked[1] THEN head(COLLECT {
                         MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[d:DRIVES]->(v)
                         WHERE d.lastAt IS NOT NULL
                         RETURN d.lastAt ORDER BY d.lastAt DESC LIMIT 1
                       }) WHEN $dealer IS NULL THEN holder[3] END,
                  CASE holder[1] WHEN 'owner' THEN owns END]) AS holders
}
RETURN collect([asked[0], asked[1], holders, records < $walked]) AS lists
