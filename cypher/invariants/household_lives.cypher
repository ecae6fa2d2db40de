// invariants.household_lives
// A household has two present members or more, or it is retired and has none.
// Where households have followed the feed to its end: on the way there they lag behind.
// mode: read
// returns subject: STRING
// returns detail: STRING
OPTIONAL MATCH (c:FeedCursor {name: 'households'})
WITH coalesce(c.position, 0) AS position
WHERE NOT EXISTS {
  MATCH (e:FeedEntry)
  WHERE e.lane = 0 AND e.position > position AND e.kind IN ['ingest', 'judgement', 'match', 'erasure']
}
MATCH (h:Household)
WHERE h.householdId > ''
WITH h, COUNT { (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-() } AS present
WHERE (h.until IS NULL AND present < 2) OR (h.until IS NOT NULL AND present > 0)
RETURN h.householdId AS subject, toString(present) + ' present members' AS detail
ORDER BY subject
LIMIT 20
