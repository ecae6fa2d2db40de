// gallery.ambiguous_profiles
// Which sources bring profiles that fit several people equally well, and what is at stake? The stake is in whole CNY; it is written behind the
// feed.
// mode: read
// param limit: INTEGER
// returns source: STRING
// returns tier: STRING
// returns profiles: INTEGER
// returns candidates: FLOAT
// returns stake: INTEGER
/* :params {limit: 100} */
MATCH (p:Profile)
WHERE p.ambiguous IS NOT NULL
OPTIONAL MATCH (p)-[c:CANDIDATE]->()
WITH p, min(c.tier) AS tier, count(c) AS candidates
RETURN p.source AS source, tier AS tier, count(p) AS profiles, avg(candidates) AS candidates, sum(p.stake) AS stake
ORDER BY profiles DESC, source, tier
LIMIT $limit
