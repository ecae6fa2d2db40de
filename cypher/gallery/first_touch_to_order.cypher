// gallery.first_touch_to_order
// By the channel of their first touchpoint, how many people ordered, and how many days later? First touchpoints within [since, until); a cancelled
// order counts.
// mode: read
// param since: INTEGER
// param until: INTEGER
// param limit: INTEGER
// returns channel: STRING
// returns people: INTEGER
// returns ordered: INTEGER
// returns conversion: FLOAT
// returns medianDays: FLOAT
/* :params {since: null, until: null, limit: 100} */
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
CALL (p) {
  MATCH (t:Touchpoint)
  USING INDEX SEEK t:Touchpoint(profileId, at)
  WHERE t.profileId = p.id AND t.at >= ''
  RETURN [t.at, t.occurredAt, t.channel] AS touch
  ORDER BY t.at
  LIMIT 1
}
CALL (p) {
  MATCH (o:Touchpoint)
  USING INDEX SEEK o:Touchpoint(profileId, fact)
  WHERE o.profileId = p.id AND o.fact STARTS WITH 'order:' AND o.kind = 'order'
  RETURN min(o.occurredAt) AS orderedAt
}
WITH u, min(touch) AS first, min(orderedAt) AS orderedAt
WHERE ($since IS NULL OR first[1] >= $since) AND ($until IS NULL OR first[1] < $until)
WITH first[2] AS channel, count(u) AS people, count(orderedAt) AS ordered,
     percentileCont((orderedAt - first[1]) / 86400000000.0, 0.5) AS medianDays
RETURN channel AS channel, people AS people, ordered AS ordered, toFloat(ordered) / people AS conversion, medianDays AS medianDays
ORDER BY people DESC, channel
LIMIT $limit
