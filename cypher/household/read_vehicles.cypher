// household.read_vehicles
// The vehicles of some profiles: whose, which, in what role, and since when the owner.
// mode: read
// param read: MAP
// returns vehicles: LIST<LIST<ANY>>
/* :params {read: {ids: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
UNWIND $read.ids AS id
MATCH (p:Profile {id: id})-[d:DRIVES]->(v:Vehicle)
RETURN collect([p.id, v.key, d.role, d.ownerSince]) AS vehicles
