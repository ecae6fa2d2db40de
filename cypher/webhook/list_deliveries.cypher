// webhook.list_deliveries
// Deliveries of an endpoint in these states, written from a time up to another, newest first, before a place in that order.
// mode: read
// param asked: MAP
// param limit: INTEGER
// returns deliveries: LIST<LIST<ANY>>
/* :params {asked: {endpointId: 'e', states: ['dead'], since: 0, until: 1795000000000000, beforeId: null}, limit: 100} */
CALL () {
  UNWIND $asked.states AS state
  MATCH (d:WebhookDelivery)
  WHERE d.endpointId = $asked.endpointId AND d.state = state AND d.recordedAt >= $asked.since AND d.recordedAt <= $asked.until
    AND (d.recordedAt < $asked.until OR $asked.beforeId IS NULL OR d.id < $asked.beforeId)
  RETURN d
  ORDER BY d.recordedAt DESC, d.id DESC
  LIMIT $limit
}
RETURN collect([d.id, d.eventId, d.type, d.lane, d.state, d.attempts, d.status, d.reason, d.recordedAt, d.settledAt, d.nextAt]) AS deliveries
