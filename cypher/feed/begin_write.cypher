// feed.begin_write
// Takes the lane's lock, the next position and the commit's time; says whether this operation was committed
// already, and whether another commit since `readPosition` changed a component that was read.
// mode: write
// param operationId: STRING
// param now: INTEGER
// param readPosition: INTEGER
// param read: MAP
// returns position: INTEGER
// returns recordedAt: INTEGER
// returns committed: BOOLEAN
// returns stale: BOOLEAN
/* :params {operationId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', now: 1795000000000000, readPosition: 41,
   read: {components: ['0198c0de-0000-7d3e-9f00-5a1b2c3d4e5f']}} */
MATCH (h:FeedHead {lane: 0})
SET h.position = h.position + 1,
    h.recordedAt = CASE WHEN $now > h.recordedAt THEN $now ELSE h.recordedAt + 1 END
WITH h.position AS position, h.recordedAt AS recordedAt
RETURN position AS position,
       recordedAt AS recordedAt,
       EXISTS { MATCH (e:FeedEntry {operationId: $operationId}) } AS committed,
       EXISTS {
         MATCH (e:FeedEntry {lane: 0})
         WHERE e.position > $readPosition AND e.position < position
           AND any(component IN e.components WHERE component IN $read.components)
       } AS stale
