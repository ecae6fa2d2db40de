// webhook.find_due
// Whether a lane may be tried now: asked before the senders' lock is taken.
// mode: read
// param now: INTEGER
// returns due: BOOLEAN
/* :params {now: 1795000000000000} */
RETURN EXISTS { MATCH (l:WebhookLane) WHERE l.nextAt <= $now } AS due
