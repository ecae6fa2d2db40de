// gallery.feed_lag
// How far is each follower behind the change feed, and for how many seconds has its next entry waited?
// mode: read
// param asOf: INTEGER
// param limit: INTEGER
// returns follower: STRING
// returns position: INTEGER
// returns head: INTEGER
// returns behind: INTEGER
// returns waitingSeconds: FLOAT
/* :params {asOf: null, limit: 100} */
MATCH (h:FeedHead {lane: 0})
MATCH (c:FeedCursor)
OPTIONAL MATCH (e:FeedEntry {lane: h.lane, position: c.position + 1})
RETURN c.name AS follower, c.position AS position, h.position AS head, h.position - c.position AS behind,
       (coalesce($asOf, timestamp() * 1000) - e.recordedAt) / 1000000.0 AS waitingSeconds
ORDER BY behind DESC, follower
LIMIT $limit
