// invariants.referral_ends
// A referral was made by one profile and is for one, unless these were erased, and is a part of an earlier one of its programme alone.
// mode: read
// returns subject: STRING
// returns detail: STRING
MATCH (f:Referral)
WHERE f.id > ''
WITH f, COUNT { (f)<-[:MADE]-() } AS makers, COUNT { (f)-[:FOR]->() } AS friends
WHERE makers > 1 OR friends > 1
   OR (f.joins IS NOT NULL AND NOT EXISTS { MATCH (first:Referral {id: f.joins}) WHERE first.programme = f.programme })
RETURN f.id AS subject, toString(makers) + ' makers, ' + toString(friends) + ' friends' AS detail
ORDER BY subject
LIMIT 20
