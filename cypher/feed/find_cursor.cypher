// feed.find_cursor
// Up to which position a follower of the feed has come, and where the feed ends.
// mode: read
// param name: STRING
// returns position: INTEGER
// returns head: INTEGER
/* :params {name: 'households'} */
MATCH (h:FeedHead {lane: 0})
OPTIONAL MATCH (c:FeedCursor {name: $name})
RETURN coalesce(c.position, 0) AS position, h.position AS head
