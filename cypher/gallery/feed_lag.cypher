// gallery.feed_lag
// How many entries of the change feed has each follower still to look at, and for how many seconds has the first of them waited? Entries that say
// nothing to a follower are not counted, so it may stand before the head with nothing waiting.
// mode: read
// param asOf: INTEGER
// param limit: INTEGER
// returns follower: STRING
// returns position: INTEGER
// returns head: INTEGER
// returns waiting: INTEGER
// returns waitingSeconds: FLOAT
/* :params {asOf: null, limit: 100} */
MATCH (h:FeedHead {lane: 0})
MATCH (c:FeedCursor)
CALL (c) {
  MATCH (e:FeedEntry)
  WHERE e.lane = 0 AND e.position > c.position
    AND (e.kind IN ['ingest', 'judgement', 'match', 'erasure'] OR (c.name = 'referrals' AND e.kind IN ['household', 'tag', 'claim']))
  RETURN count(e) AS waiting, min(e.recordedAt) AS waitsSince
}
RETURN c.name AS follower, c.position AS position, h.position AS head, waiting AS waiting,
       (coalesce($asOf, timestamp() * 1000) - waitsSince) / 1000000.0 AS waitingSeconds
ORDER BY waiting DESC, follower
LIMIT $limit
