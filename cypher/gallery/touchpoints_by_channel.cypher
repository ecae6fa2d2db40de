// gallery.touchpoints_by_channel
// How many touchpoints of each kind come by each channel, and of how many profiles?
// mode: read
// param since: INTEGER
// param until: INTEGER
// param limit: INTEGER
// returns channel: STRING
// returns kind: STRING
// returns touchpoints: INTEGER
// returns profiles: INTEGER
/* :params {since: null, until: null, limit: 100} */
MATCH (t:Touchpoint)
WHERE ($since IS NULL OR t.occurredAt >= $since) AND ($until IS NULL OR t.occurredAt < $until)
RETURN t.channel AS channel, t.kind AS kind, count(t) AS touchpoints, count(DISTINCT t.profileId) AS profiles
ORDER BY touchpoints DESC, channel, kind
LIMIT $limit
