// webhook.change_endpoint
// Gives an endpoint other secrets or another state; nothing where it was changed since it was read.
// mode: write
// param endpoint: MAP
// returns id: STRING
/* :params {endpoint: {id: 'e', revision: 0, secrets: 'sealed', state: 'active'}} */
MATCH (e:WebhookEndpoint {id: $endpoint.id})
SET e.revision = e.revision + 1
WITH e
WHERE e.revision = $endpoint.revision + 1
SET e.secrets = $endpoint.secrets, e.state = $endpoint.state
RETURN e.id AS id
