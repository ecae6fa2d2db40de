// feed.list_since
// Whom and what the entries after a position touched, each with its position: users, profiles and vehicles by id; and
// the head, which is read first, so that nothing between is missed.
// mode: read
// param after: INTEGER
// param limit: INTEGER
// returns head: INTEGER
// returns entries: LIST<LIST<ANY>>
/* :params {after: 41, limit: 50} */
MATCH (h:FeedHead {lane: 0})
WITH h.position AS head
CALL (head) {
  MATCH (e:FeedEntry)
  WHERE e.lane = 0 AND e.position > $after AND e.position <= head
  WITH e ORDER BY e.lane, e.position LIMIT $limit
  RETURN collect([e.position, e.userIds + e.profileIds + coalesce(e.vehicleKeys, [])]) AS entries
}
RETURN head AS head, entries AS entries
