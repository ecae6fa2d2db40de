// webhook.read_types
// What active endpoints are told of, a list of types for each; an empty one is all. Where one is named, of that one alone, all.
// mode: read
// param asked: MAP
// returns types: LIST<LIST<STRING>>
/* :params {asked: {endpointId: null}} */
MATCH (e:WebhookEndpoint {state: 'active'})
WHERE $asked.endpointId IS NULL OR e.id = $asked.endpointId
RETURN collect(CASE WHEN $asked.endpointId IS NULL THEN e.types ELSE [] END) AS types
