// webhook.replay_deliveries
// Lets deliveries that are delivered or dead wait again, each in its old place of its lane; others stay as they are.
// mode: write
// param replay: MAP
// returns replayed: INTEGER
/* :params {replay: {ids: ['e/m'], at: 1795000000000000}} */
UNWIND $replay.ids AS id
MATCH (d:WebhookDelivery {id: id})
MATCH (l:WebhookLane {key: d.lane})
SET l.touchedAt = $replay.at
WITH d, l
WHERE d.waiting IS NULL
SET d.waiting = d.place, d.state = 'pending', d.attempts = 0, d.firstAt = null, d.nextAt = null,
    l.nextAt = CASE WHEN l.lease IS NULL THEN $replay.at ELSE l.nextAt END
RETURN count(d) AS replayed
