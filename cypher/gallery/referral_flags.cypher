// gallery.referral_flags
// Which signs of fraud are raised, how much do they say, and what did people decide of referrals that carry them?
// mode: read
// param programme: STRING
// param limit: INTEGER
// returns flag: STRING
// returns referrals: INTEGER
// returns score: FLOAT
// returns flagged: INTEGER
// returns cleared: INTEGER
// returns rejected: INTEGER
/* :params {programme: null, limit: 100} */
MATCH (e:Referral)-[:HAS_FLAG]->(f:ReferralFlag)
WHERE $programme IS NULL OR e.programme = $programme
RETURN f.code AS flag, count(e) AS referrals, avg(f.score) AS score, sum(CASE e.judgement WHEN 'flagged' THEN 1 ELSE 0 END) AS flagged,
       sum(CASE e.judgement WHEN 'cleared' THEN 1 ELSE 0 END) AS cleared, sum(CASE e.judgement WHEN 'rejected' THEN 1 ELSE 0 END) AS rejected
ORDER BY referrals DESC, flag
LIMIT $limit
