// profile.list_users
// One page of present oneIds, ascending, and what the feed's entries after a position touched, as `feed.list_since`
// tells it: the head is read before the page.
// mode: read
// param after: STRING
// param rows: INTEGER
// param seen: INTEGER
// param limit: INTEGER
// returns oneIds: LIST<STRING>
// returns head: INTEGER
// returns entries: LIST<LIST<ANY>>
/* :params {after: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', rows: 21, seen: 41, limit: 50} */
MATCH (h:FeedHead {lane: 0})
WITH h.position AS head
CALL (head) {
  MATCH (e:FeedEntry)
  WHERE e.lane = 0 AND e.position > $seen AND e.position <= head
  WITH e ORDER BY e.lane, e.position LIMIT $limit
  RETURN collect([e.position, e.userIds + e.profileIds + coalesce(e.vehicleKeys, [])]) AS entries
}
CALL () {
  MATCH (u:User)
  WHERE u.oneId > $after
  WITH u.oneId AS oneId ORDER BY u.oneId LIMIT $rows
  RETURN collect(oneId) AS oneIds
}
RETURN oneIds AS oneIds, head AS head, entries AS entries
