// feed.list_touched
// What the next entries of some kinds touched after a position: profiles that got facts or evidence, users whose members
// changed, and link components whose evidence did; `until` is where to go on from, nothing where there are none. Those of the
// next `limit` entries that together touched `most` at most, and the first of them whatever it touched.
// mode: read
// param after: INTEGER
// param limit: INTEGER
// param most: INTEGER
// param asked: MAP
// returns until: INTEGER
// returns profiles: LIST<LIST<STRING>>
// returns users: LIST<LIST<STRING>>
// returns components: LIST<LIST<STRING>>
/* :params {after: 41, limit: 256, most: 2000, asked: {kinds: ['ingest', 'judgement']}} */
MATCH (e:FeedEntry)
WHERE e.lane = 0 AND e.position > $after AND e.kind IN $asked.kinds
WITH e ORDER BY e.lane, e.position LIMIT $limit
WITH collect(e) AS entries
WITH entries, reduce(upTo = [0, 0], e IN entries |
  CASE
    WHEN upTo[0] < 0 THEN upTo
    WHEN upTo[1] = 0 OR upTo[0] + size(e.profileIds) + size(e.userIds) + size(e.components) <= $most
      THEN [upTo[0] + size(e.profileIds) + size(e.userIds) + size(e.components), upTo[1] + 1]
    ELSE [-1, upTo[1]]
  END)[1] AS taken
UNWIND entries[0..taken] AS e
RETURN max(e.position) AS until, collect(e.profileIds) AS profiles, collect(e.userIds) AS users,
       collect(e.components) AS components
