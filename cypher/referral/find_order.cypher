// referral.find_order
// The profile of a user that first spoke of an order, and since when it was placed.
// mode: read
// param oneId: STRING
// param order: STRING
// returns profileId: STRING
// returns placedAt: INTEGER
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', order: 'order:x'} */
MATCH (u:User {oneId: $oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
CALL (p) {
  MATCH (t:Touchpoint)
  WHERE t.profileId = p.id AND t.fact = $order
  RETURN min(t.occurredAt) AS placedAt
}
WITH p, placedAt WHERE placedAt IS NOT NULL
RETURN p.id AS profileId, placedAt AS placedAt
ORDER BY placedAt, profileId
LIMIT 1
