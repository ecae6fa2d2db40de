// invariants.webhook_lane_waits
// A lane has a next time as long as a delivery waits in it.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (d:WebhookDelivery)
WHERE d.lane > '' AND d.waiting > 0
  AND NOT EXISTS { MATCH (l:WebhookLane {key: d.lane}) WHERE l.nextAt > 0 }
RETURN d.lane AS subject, 'delivery ' + toString(d.waiting) + ' waits for ever' AS detail
ORDER BY subject
LIMIT 20
