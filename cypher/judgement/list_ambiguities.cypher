// judgement.list_ambiguities
// A page of the profiles that fit several people equally well, most at stake first; each with its user, the tier that
// tied, and whom it fits. `key` is the place in the queue.
// mode: read
// param after: STRING
// param limit: INTEGER
// returns key: STRING
// returns stake: INTEGER
// returns profileId: STRING
// returns oneId: STRING
// returns tier: STRING
// returns candidates: LIST<STRING>
/* :params {after: '', limit: 21} */
MATCH (p:Profile)
USING INDEX SEEK p:Profile(place) // whatever the counts of the day: a page is a range of it
WHERE p.place > $after AND p.ambiguous IS NOT NULL
WITH p ORDER BY p.place LIMIT $limit
CALL (p) { // row by row, so that the order of the index is the order of the page
  MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  RETURN u, [(p)-[c:CANDIDATE]->(other) | [c.tier, other.oneId]] AS ties
}
RETURN p.place AS key, p.stake AS stake, p.id AS profileId, u.oneId AS oneId, ties[0][0] AS tier,
       [tie IN ties | tie[1]] AS candidates
ORDER BY key
