// profile.find_vehicle
// One vehicle; its VIN as one of the people who drive it brought it. To a dealer only vehicles of profiles as in
// `profile.find_profile`, and the model as touchpoints say it that it may see.
// mode: read
// param key: STRING
// param clear: BOOLEAN
// param dealer: STRING
// returns vehicle: LIST<ANY>
/* :params {key: 'vk', clear: false, dealer: null} */
MATCH (v:Vehicle {key: $key})
CALL (v) {
  MATCH (v)<-[d:DRIVES]-(p:Profile)
  WHERE ($clear OR $dealer IS NOT NULL) AND ($dealer IS NULL OR (NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
  AND (NOT EXISTS { MATCH (v)<-[:ABOUT]-(t:Touchpoint) WHERE t.profileId = p.id AND t.dealer <> $dealer }
       OR EXISTS { MATCH (v)<-[:ABOUT]-(t:Touchpoint) WHERE t.profileId = p.id AND t.dealer = $dealer })
  AND EXISTS { MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
            WHERE EXISTS {
              MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } }))
  WITH p.id AS profileId, d.vin AS vin LIMIT 20
  RETURN collect([profileId, vin]) AS seen, collect(profileId) AS ids
}
WITH v, seen, ids
WHERE $dealer IS NULL OR size(seen) > 0
CALL (v, ids) {
  MATCH (v)<-[:ABOUT]-(t:Touchpoint)
  WHERE t.profileId IN ids AND (t.dealer IS NULL OR t.dealer = $dealer)
  RETURN min(t.model) AS told
}
RETURN [v.key, v.mask, CASE WHEN $dealer IS NULL THEN v.model ELSE told END,
        CASE WHEN $clear THEN seen ELSE [] END] AS vehicle
