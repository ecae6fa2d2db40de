// webhook.prune_deliveries
// Forgets deliveries that were delivered and written before a time, up to `limit` of each endpoint; what is dead or waits stays.
// mode: write
// param before: INTEGER
// param limit: INTEGER
// returns pruned: INTEGER
/* :params {before: 1795000000000000, limit: 1000} */
MATCH (e:WebhookEndpoint)
WHERE e.state IN ['active', 'disabled']
CALL (e) {
  MATCH (d:WebhookDelivery)
  USING INDEX SEEK d:WebhookDelivery(endpointId, state, recordedAt)
  WHERE d.endpointId = e.id AND d.state = 'delivered' AND d.recordedAt < $before
  WITH d LIMIT $limit
  DETACH DELETE d
  RETURN count(*) AS pruned
}
RETURN sum(pruned) AS pruned
