// chain.list_descendants
// Pages of whom people brought, by generation and oneId. A page is [oneId, the last generation, the place behind which it begins: a generation
// and a oneId of it]; of each person the generation, who brought them and since when that was heard of, how far the referral has come and
// when it was delivered.
// A tree is walked in breadth, so a page costs what lies in the generations up to its own. Everybody is told once, nearest, so a circle, which
// there should not be, ends. Grouping by nothing but the person lets the planner sort each generation alone (`PartialTop`).
// mode: read
// param asked: MAP
// param rows: INTEGER
// returns pages: LIST<LIST<ANY>>
/* :params {asked: {pages: [['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', 30, 0, '']]}, rows: 21} */
UNWIND $asked.pages AS page
MATCH (u:User {oneId: page[0]})
WITH page, u, page[1] AS deepest, page[2] AS reached, page[3] AS last
CALL (u, deepest, reached, last) {
  CALL (u, deepest, reached, last) {
    WITH u, reached, last WHERE deepest = 1
    MATCH (u)<-[:FIRST_REFERRED_BY]-(d:User)
    WHERE d <> u AND (reached = 0 OR (reached = 1 AND d.oneId > last))
    WITH DISTINCT d ORDER BY d.oneId LIMIT $rows
    RETURN d, 1 AS generation
    UNION ALL
    WITH u, deepest, reached, last WHERE deepest > 1 AND deepest <= 3
    MATCH path = (u)<-[:FIRST_REFERRED_BY]-{1,3}(d:User)
    WITH d, min(length(path)) AS generation
    WHERE d <> u AND generation <= deepest AND (generation > reached OR (generation = reached AND d.oneId > last))
    WITH d, generation ORDER BY generation, d.oneId LIMIT $rows
    RETURN d, generation
    UNION ALL
    WITH u, deepest, reached, last WHERE deepest > 3 AND deepest <= 10
    MATCH path = (u)<-[:FIRST_REFERRED_BY]-{1,10}(d:User)
    WITH d, min(length(path)) AS generation
    WHERE d <> u AND generation <= deepest AND (generation > reached OR (generation = reached AND d.oneId > last))
    WITH d, generation ORDER BY generation, d.oneId LIMIT $rows
    RETURN d, generation
    UNION ALL
    WITH u, deepest, reached, last WHERE deepest > 10
    MATCH path = (u)<-[:FIRST_REFERRED_BY]-{1,30}(d:User)
    WITH d, min(length(path)) AS generation
    WHERE d <> u AND generation <= deepest AND (generation > reached OR (generation = reached AND d.oneId > last))
    WITH d, generation ORDER BY generation, d.oneId LIMIT $rows
    RETURN d, generation
  }
  MATCH (d)-[f:FIRST_REFERRED_BY]->(by)
  OPTIONAL MATCH (r:Referral {id: f.referral})
  WITH generation, d, f, by, r ORDER BY generation, d.oneId
  RETURN collect([d.oneId, generation, by.oneId, f.at, r.progress, r.deliveredAt]) AS people
}
RETURN collect([page, people]) AS pages
