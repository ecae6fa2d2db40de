// webhook.find_delivery
// Whether there is a delivery of this id, and its state.
// mode: read
// param id: STRING
// returns state: STRING
/* :params {id: 'e/m'} */
MATCH (d:WebhookDelivery {id: $id})
RETURN d.state AS state
