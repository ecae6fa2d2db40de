// feed.advance_cursor
// Remembers up to which position a follower of the feed has come; nothing where another process got there first.
// mode: write
// param name: STRING
// param before: INTEGER
// param position: INTEGER
// returns position: INTEGER
/* :params {name: 'households', before: 0, position: 42} */
MERGE (c:FeedCursor {name: $name})
ON CREATE SET c.position = 0
WITH c WHERE c.position = $before
SET c.position = $position
RETURN c.position AS position
