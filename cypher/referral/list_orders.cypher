// referral.list_orders
// The orders of a user, each with the profile that first spoke of it and since when it was placed.
// mode: read
// param oneId: STRING
// returns orders: LIST<LIST<ANY>>
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
MATCH (u:User {oneId: $oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
CALL (p) {
  MATCH (t:Touchpoint)
  WHERE t.profileId = p.id AND t.fact STARTS WITH 'order:'
  RETURN t.fact AS fact, min(t.occurredAt) AS placedAt
}
WITH fact, placedAt, p ORDER BY placedAt, p.id
RETURN collect([fact, p.id, placedAt]) AS orders
