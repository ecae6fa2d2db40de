// profile.find_vehicle
// One vehicle; its VIN as one of the people who drive it brought it. To a dealer only vehicles of profiles as in
// `profile.find_profile`, and the model only where no other dealer knows the vehicle.
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
  RETURN collect([profileId, vin]) AS seen
}
WITH v, seen
WHERE $dealer IS NULL OR size(seen) > 0
RETURN [v.key, v.mask,
        CASE WHEN $dealer IS NULL OR NOT (EXISTS {
          MATCH (v)<-[:DRIVES]-(other:Profile)
          MATCH (s:Source {name: other.source}) WHERE s.dealer <> $dealer
        } OR EXISTS { MATCH (v)<-[:ABOUT]-(t:Touchpoint) WHERE t.dealer <> $dealer }) THEN v.model END,
        CASE WHEN $clear THEN seen ELSE [] END] AS vehicle
