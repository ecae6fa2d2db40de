// profile.find_owners
// The present users who own a vehicle since the latest time anybody does; two of them mean that it is not known.
// To a dealer only what it may see counts, as in `profile.read_users`.
// mode: read
// param key: STRING
// param dealer: STRING
// returns oneIds: LIST<STRING>
/* :params {key: 'vk', dealer: null} */
MATCH (v:Vehicle {key: $key})
CALL (v) {
  MATCH (v)<-[d:DRIVES WHERE d.role = 'owner']-(p:Profile)
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WHERE ($dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer })
    AND ($dealer IS NULL OR NOT EXISTS { MATCH (v)<-[:ABOUT]-(t:Touchpoint) WHERE t.profileId = p.id AND t.dealer <> $dealer })
    AND ($dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) })
  RETURN collect([u.oneId, coalesce(d.ownerSince, 0)]) AS owners, max(coalesce(d.ownerSince, 0)) AS since
}
UNWIND [owner IN owners WHERE owner[1] = since | owner[0]] AS oneId
WITH DISTINCT oneId LIMIT 2
RETURN collect(oneId) AS oneIds
