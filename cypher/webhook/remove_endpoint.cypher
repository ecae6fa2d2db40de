// webhook.remove_endpoint
// Removes an endpoint; what waits for it becomes dead letters when its turn comes.
// mode: write
// param endpointId: STRING
// returns removed: STRING
/* :params {endpointId: 'e'} */
MATCH (e:WebhookEndpoint {id: $endpointId})
WITH e, e.id AS id
DETACH DELETE e
RETURN id AS removed
