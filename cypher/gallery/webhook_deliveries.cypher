// gallery.webhook_deliveries
// How many deliveries to webhooks of each type are in which state, and after how many attempts?
// mode: read
// param limit: INTEGER
// returns type: STRING
// returns state: STRING
// returns deliveries: INTEGER
// returns attempts: FLOAT
/* :params {limit: 100} */
MATCH (d:WebhookDelivery)
RETURN d.type AS type, d.state AS state, count(d) AS deliveries, avg(d.attempts) AS attempts
ORDER BY deliveries DESC, type, state
LIMIT $limit
