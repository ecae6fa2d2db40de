// feed.list_touched
// What the next entries of some kinds touched after a position: profiles that got facts or evidence, users whose members
// changed, and link components whose evidence did; `until` is where to go on from, nothing where there are none.
// mode: read
// param after: INTEGER
// param limit: INTEGER
// param asked: MAP
// returns until: INTEGER
// returns profiles: LIST<LIST<STRING>>
// returns users: LIST<LIST<STRING>>
// returns components: LIST<LIST<STRING>>
/* :params {after: 41, limit: 20, asked: {kinds: ['ingest', 'judgement']}} */
MATCH (e:FeedEntry)
WHERE e.lane = 0 AND e.position > $after AND e.kind IN $asked.kinds
WITH e ORDER BY e.lane, e.position LIMIT $limit
RETURN max(e.position) AS until, collect(e.profileIds) AS profiles, collect(e.userIds) AS users,
       collect(e.components) AS components
