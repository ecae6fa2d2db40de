// household.list_vehicles
// Pages of the vehicles that the present members of households have, each once, by ascending key. A page is [household, after];
// a vehicle is [key, mask, model, role, owner since, VINs]: the first of the members' roles, and with `clear` the VIN as sealed on
// up to 20 of their profiles. All of a household's vehicles are walked for a page.
// mode: read
// param asked: MAP
// param clear: BOOLEAN
// param rows: INTEGER
// returns pages: LIST<LIST<ANY>>
/* :params {asked: {pages: [['household-0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', '']]}, clear: false, rows: 21} */
UNWIND $asked.pages AS page
MATCH (h:Household {householdId: page[0]})
CALL (h, page) {
  MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(u:User)
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[d:DRIVES]->(v:Vehicle)
  WHERE v.key > page[1]
  WITH v, collect(d.role) AS roles, max(d.ownerSince) AS ownerSince,
       collect(CASE WHEN $clear THEN [p.id, d.vin] END)[..20] AS vins
  ORDER BY v.key
  LIMIT $rows
  RETURN collect([v.key, v.mask, v.model, head([role IN ['owner', 'coBuyer', 'payer', 'driver'] WHERE role IN roles]),
                  ownerSince, vins]) AS vehicles
}
RETURN collect([page[0], page[1], vehicles]) AS pages
