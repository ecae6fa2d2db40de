// profile.find_vehicle
// One vehicle; its VIN as one of the people who drive it brought it.
// mode: read
// param key: STRING
// param clear: BOOLEAN
// returns vehicle: LIST<ANY>
/* :params {key: 'vk', clear: false} */
MATCH (v:Vehicle {key: $key})
CALL (v) {
  MATCH (v)<-[d:DRIVES]-(p:Profile)
  WHERE $clear
  WITH p.id AS profileId, d.vin AS vin LIMIT 20
  RETURN collect([profileId, vin]) AS vins
}
RETURN [v.key, v.mask, v.model, vins] AS vehicle
