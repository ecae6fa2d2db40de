// invariants.feed_gapless
// The feed has an entry at every position up to its head.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (h:FeedHead)
WHERE h.lane >= 0
WITH h, COUNT { (e:FeedEntry) WHERE e.lane = h.lane AND e.position > 0 } AS entries
WHERE entries <> h.position
RETURN toString(h.lane) AS subject, toString(entries) + ' entries, head at ' + toString(h.position) AS detail
ORDER BY subject
LIMIT 20
