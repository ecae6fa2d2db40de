// feed.read_changes
// The next entries of the lane after a position, in commit order: how far was read, whether that is the head, and
// the changes of who is who in each entry that has any. The head is read first, so that nothing between is missed.
// mode: read
// param after: INTEGER
// param limit: INTEGER
// returns head: INTEGER
// returns last: INTEGER
// returns entries: LIST<LIST<ANY>>
/* :params {after: 41, limit: 1000} */
MATCH (h:FeedHead {lane: 0})
WITH h.position AS head
CALL (head) {
  MATCH (e:FeedEntry)
  WHERE e.lane = 0 AND e.position > $after AND e.position <= head
  WITH e ORDER BY e.lane, e.position LIMIT $limit
  RETURN max(e.position) AS last,
         collect(CASE WHEN size(e.changes) > 0 THEN [e.position, e.recordedAt, e.kind, e.changes] END) AS entries
}
RETURN head AS head, last AS last, entries AS entries
