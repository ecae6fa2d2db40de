// webhook.list_endpoints
// All endpoints, oldest first; their addresses and secrets sealed.
// mode: read
// returns endpoints: LIST<LIST<ANY>>
/* :params {} */
MATCH (e:WebhookEndpoint)
WHERE e.state IN ['active', 'disabled']
WITH e ORDER BY e.id
RETURN collect([e.id, e.state, e.host, e.types, e.url, e.secrets, e.month, e.revision, e.recordedAt]) AS endpoints
