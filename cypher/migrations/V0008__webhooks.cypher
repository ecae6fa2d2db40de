// Endpoints, lanes and deliveries of webhooks. Only what waits lies in the indexes of nextAt and waiting.
CREATE CONSTRAINT webhook_endpoint_id IF NOT EXISTS FOR (n:WebhookEndpoint) REQUIRE n.id IS UNIQUE;
CREATE INDEX webhook_endpoint_state IF NOT EXISTS FOR (n:WebhookEndpoint) ON (n.state);
CREATE CONSTRAINT webhook_lane_key IF NOT EXISTS FOR (n:WebhookLane) REQUIRE n.key IS UNIQUE;
CREATE INDEX webhook_lane_next IF NOT EXISTS FOR (n:WebhookLane) ON (n.nextAt);
CREATE CONSTRAINT webhook_delivery_id IF NOT EXISTS FOR (n:WebhookDelivery) REQUIRE n.id IS UNIQUE;
CREATE INDEX webhook_delivery_waiting IF NOT EXISTS FOR (n:WebhookDelivery) ON (n.lane, n.waiting);
CREATE INDEX webhook_delivery_listed IF NOT EXISTS FOR (n:WebhookDelivery) ON (n.endpointId, n.state, n.recordedAt);
CREATE CONSTRAINT webhook_turn_id IF NOT EXISTS FOR (n:WebhookTurn) REQUIRE n.id IS UNIQUE;
