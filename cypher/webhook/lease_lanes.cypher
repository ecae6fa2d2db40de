// webhook.lease_lanes
// Takes lanes that may be tried now until a time, longest due first, with the first waiting delivery of each and its endpoint.
// Under one lock: no two senders take one lane. A sender that is killed loses its lanes when the lease ends.
// mode: write
// param lease: MAP
// param limit: INTEGER
// returns leased: LIST<LIST<ANY>>
/* :params {lease: {id: 's', now: 1795000000000000, until: 1795000060000000}, limit: 16} */
MERGE (turn:WebhookTurn {id: 0})
SET turn.lease = $lease.id
WITH turn
CALL (turn) {
  MATCH (l:WebhookLane)
  WHERE l.nextAt <= $lease.now
  RETURN l
  ORDER BY l.nextAt, l.key
  LIMIT $limit
}
SET l.nextAt = $lease.until, l.lease = $lease.id
WITH l
CALL (l) {
  MATCH (d:WebhookDelivery)
  WHERE d.lane = l.key AND d.waiting > 0
  RETURN d
  ORDER BY d.waiting
  LIMIT 1
}
OPTIONAL MATCH (e:WebhookEndpoint {id: l.endpointId})
RETURN collect([d.id, l.key, d.eventId, d.body, d.attempts, d.firstAt, e.id, e.state, e.url, e.secrets, e.month, e.revision]) AS leased
