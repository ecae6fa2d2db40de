// webhook.settle_delivery
// Notes how an attempt ended and lets the lane go: to the same delivery again, to the next, or to nothing. Nothing where the lease
// was lost meanwhile.
// mode: write
// param settled: MAP
// returns state: STRING
/* :params {settled: {lane: 'e/ping', lease: 's', deliveryId: 'e/m', state: 'delivered', at: 1795000000000000, nextAt: null, status: 204,
   reason: null}} */
MATCH (l:WebhookLane {key: $settled.lane})
SET l.touchedAt = $settled.at
WITH l
WHERE l.lease = $settled.lease
MATCH (d:WebhookDelivery {id: $settled.deliveryId})
SET d.state = $settled.state, d.attempts = d.attempts + 1, d.firstAt = coalesce(d.firstAt, $settled.at), d.settledAt = $settled.at,
    d.nextAt = $settled.nextAt, d.status = $settled.status, d.reason = $settled.reason,
    d.waiting = CASE WHEN $settled.state = 'pending' THEN d.place END
WITH l, d
CALL (l) {
  OPTIONAL MATCH (w:WebhookDelivery)
  WHERE w.lane = l.key AND w.waiting > 0
  RETURN w
  ORDER BY w.waiting
  LIMIT 1
}
SET l.lease = null, l.nextAt = CASE WHEN w IS NOT NULL THEN coalesce(w.nextAt, $settled.at) END
RETURN d.state AS state
