// gallery.referral_generations
// How many people stand in each generation of referrals, how many of them own a car, and how many brought somebody themselves? The first generation
// was brought by somebody whom nobody brought.
// mode: read
// param limit: INTEGER
// returns generation: INTEGER
// returns people: INTEGER
// returns owners: INTEGER
// returns referrers: INTEGER
/* :params {limit: 100} */
MATCH (u:User)-[:FIRST_REFERRED_BY]->()
WITH u, COUNT { (u)-[:FIRST_REFERRED_BY]->{1,30}() } AS generation
RETURN generation AS generation, count(u) AS people,
       sum(CASE WHEN EXISTS {
         MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(:Profile)-[k:KNOWN_TO WHERE k.deliveredAt IS NOT NULL]->(:Dealer)
       } THEN 1 ELSE 0 END) AS owners,
       sum(CASE WHEN EXISTS { (u)<-[:FIRST_REFERRED_BY]-() } THEN 1 ELSE 0 END) AS referrers
ORDER BY generation
LIMIT $limit
