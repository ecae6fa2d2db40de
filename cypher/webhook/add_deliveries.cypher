// webhook.add_deliveries
// Leaves what happened for every endpoint that is told of it, in the order given. Where one is named, for that
// one alone, whatever it is told of.
// mode: write
// param outbox: MAP
// returns deliveries: INTEGER
/* :params {outbox: {at: 1795000000000000, endpointId: null, events: [{id: 'm', type: 'webhook.ping', key: 'ping', body: '{}'}]}} */
UNWIND $outbox.events AS event
MATCH (e:WebhookEndpoint {state: 'active'})
WHERE e.id = $outbox.endpointId OR ($outbox.endpointId IS NULL AND (size(e.types) = 0 OR event.type IN e.types))
CALL (event, e) {
  MERGE (l:WebhookLane {key: e.id + '/' + event.key})
  ON CREATE SET l.endpointId = e.id, l.last = 0
  SET l.last = l.last + 1
  SET l.nextAt = coalesce(l.nextAt, $outbox.at)
  CREATE (:WebhookDelivery {id: e.id + '/' + event.id, eventId: event.id, endpointId: e.id, lane: l.key, place: l.last, waiting: l.last,
                            type: event.type, body: event.body, state: 'pending', attempts: 0, recordedAt: $outbox.at})
}
RETURN count(*) AS deliveries
