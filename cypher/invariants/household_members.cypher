// invariants.household_members
// Present members are present users; each is in a household once, and in one household and one fleet at most.
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
MATCH (h)<-[m:MEMBER_OF WHERE m.to IS NULL]-(u)
WITH u, CASE WHEN h.kind IN ['household', 'fleet'] THEN h.kind ELSE h.householdId END AS what, count(m) AS times
WHERE times > 1 OR NOT u:User
RETURN u.oneId AS subject, what + ' ' + toString(times) + ' times' AS detail
ORDER BY subject
LIMIT 20
