// gallery.merges_at_risk
// Of the people of several profiles, how many hold profiles that differ in birth year or gender or fit somebody else as well, by the tier and
// reason that joined them? Who was joined in several ways is counted under each; `share` is who has any of it.
// mode: read
// param limit: INTEGER
// returns tier: STRING
// returns reason: STRING
// returns people: INTEGER
// returns yearsDiffer: INTEGER
// returns gendersDiffer: INTEGER
// returns ambiguous: INTEGER
// returns share: FLOAT
/* :params {limit: 100} */
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
WITH u, count(p) AS profiles, count(DISTINCT p.birthYear) AS years, count(DISTINCT p.gender) AS genders,
     count(p.ambiguous) AS doubts,
     collect(DISTINCT CASE r.rule WHEN 'linked' THEN [r.tier, r.reason] END) AS joins
WHERE profiles > 1
UNWIND joins AS one
WITH one[0] AS tier, one[1] AS reason, count(u) AS people, sum(CASE WHEN years > 1 THEN 1 ELSE 0 END) AS yearsDiffer,
     sum(CASE WHEN genders > 1 THEN 1 ELSE 0 END) AS gendersDiffer,
     sum(CASE WHEN doubts > 0 THEN 1 ELSE 0 END) AS ambiguous,
     sum(CASE WHEN years > 1 OR genders > 1 OR doubts > 0 THEN 1 ELSE 0 END) AS atRisk
RETURN tier AS tier, reason AS reason, people AS people, yearsDiffer AS yearsDiffer, gendersDiffer AS gendersDiffer,
       ambiguous AS ambiguous, toFloat(atRisk) / people AS share
ORDER BY share DESC, people DESC, tier, reason
LIMIT $limit
