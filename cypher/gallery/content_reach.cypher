// gallery.content_reach
// How many people did each content reach, and how many of them ordered within `days` of their first touchpoint of it? A cancelled order counts.
// mode: read
// param days: INTEGER
// param since: INTEGER
// param until: INTEGER
// param limit: INTEGER
// returns content: STRING
// returns touchpoints: INTEGER
// returns people: INTEGER
// returns ordered: INTEGER
// returns conversion: FLOAT
/* :params {days: 90, since: null, until: null, limit: 100} */
MATCH (c:Content)
CALL (c) {
  MATCH (t:Touchpoint)
  USING INDEX SEEK t:Touchpoint(contentId, at)
  WHERE t.contentId = c.id AND t.at >= '' AND ($since IS NULL OR t.occurredAt >= $since) AND ($until IS NULL OR t.occurredAt < $until)
  WITH t.profileId AS profileId, count(t) AS touchpoints, min(t.occurredAt) AS firstAt
  MATCH (p:Profile {id: profileId})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WITH u, sum(touchpoints) AS touchpoints, min(firstAt) AS firstAt
  CALL (u, firstAt) {
    MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(q:Profile)
    MATCH (o:Touchpoint)
    USING INDEX SEEK o:Touchpoint(profileId, fact)
    WHERE o.profileId = q.id AND o.fact STARTS WITH 'order:' AND o.kind = 'order'
      AND o.occurredAt >= firstAt AND o.occurredAt < firstAt + $days * 86400000000
    RETURN count(o) AS orders
  }
  RETURN sum(touchpoints) AS touchpoints, count(u) AS people, sum(CASE WHEN orders > 0 THEN 1 ELSE 0 END) AS ordered
}
WITH c, touchpoints, people, ordered
WHERE people > 0
RETURN c.id AS content, touchpoints AS touchpoints, people AS people, ordered AS ordered, toFloat(ordered) / people AS conversion
ORDER BY people DESC, content
LIMIT $limit
