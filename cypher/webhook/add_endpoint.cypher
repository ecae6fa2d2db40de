// webhook.add_endpoint
// Keeps an endpoint; its address and secrets are sealed.
// mode: write
// param endpoint: MAP
// returns id: STRING
/* :params {endpoint: {id: 'e', host: 'crm.example', types: [], url: 'sealed', secrets: 'sealed', month: '2026-11', at: 1795000000000000}} */
CREATE (e:WebhookEndpoint {id: $endpoint.id, state: 'active', host: $endpoint.host, types: $endpoint.types, url: $endpoint.url,
                           secrets: $endpoint.secrets, month: $endpoint.month, revision: 0, recordedAt: $endpoint.at})
RETURN e.id AS id
