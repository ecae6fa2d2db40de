// gallery.referral_trees
// How large and how deep are the trees of who brought whom first, and how many are there of each size? Without the person at the root; down to 30
// generations.
// mode: read
// param limit: INTEGER
// returns people: INTEGER
// returns generations: INTEGER
// returns direct: INTEGER
// returns trees: INTEGER
/* :params {limit: 100} */
MATCH (root:User)<-[:FIRST_REFERRED_BY]-(first:User)
WHERE NOT EXISTS { (root)-[:FIRST_REFERRED_BY]->() }
WITH root, count(first) AS direct
MATCH way = (root)<-[:FIRST_REFERRED_BY*1..30]-(:User)
WITH root, direct, count(way) AS people, max(length(way)) AS generations
RETURN people AS people, generations AS generations, direct AS direct, count(root) AS trees
ORDER BY people DESC, generations DESC, direct DESC
LIMIT $limit
