// chain.list_descendants
// Pages of whom people brought, by generation and oneId. A page is [oneId, first and last generation, the place behind which it goes on]; of
// each person the generation, who brought them and since when that was heard of, how far the referral has come and when it was delivered.
// At most `most` people of a tree are walked, of which ones beyond is not said: `walked` counts them. No relationship is walked twice and
// everybody is told once, nearest, so a circle, which there should not be, ends.
// mode: read
// param asked: MAP
// param most: INTEGER
// param rows: INTEGER
// returns pages: LIST<LIST<ANY>>
/* :params {asked: {pages: [['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', 1, 30, 0, '']]}, most: 100000, rows: 21} */
UNWIND $asked.pages AS page
MATCH (u:User {oneId: page[0]})
CALL (u, page) {
  CALL (u, page) {
    WITH u, page WHERE page[2] = 1
    MATCH (u)<-[:FIRST_REFERRED_BY]-(d:User)
    RETURN d, 1 AS generation
    LIMIT $most
    UNION ALL
    WITH u, page WHERE page[2] > 1 AND page[2] <= 5
    MATCH path = (u)<-[:FIRST_REFERRED_BY]-{1,5}(d:User)
    RETURN d, length(path) AS generation
    LIMIT $most
    UNION ALL
    WITH u, page WHERE page[2] > 5 AND page[2] <= 10
    MATCH path = (u)<-[:FIRST_REFERRED_BY]-{1,10}(d:User)
    RETURN d, length(path) AS generation
    LIMIT $most
    UNION ALL
    WITH u, page WHERE page[2] > 10
    MATCH path = (u)<-[:FIRST_REFERRED_BY]-{1,30}(d:User)
    RETURN d, length(path) AS generation
    LIMIT $most
  }
  WITH d, min(generation) AS generation
  RETURN collect([generation, d]) AS found
}
CALL (u, page, found) {
  UNWIND found AS one
  WITH one[0] AS generation, one[1] AS d
  WHERE d <> u AND generation >= page[1] AND generation <= page[2]
    AND (generation > page[3] OR (generation = page[3] AND d.oneId > page[4]))
  WITH generation, d ORDER BY generation, d.oneId LIMIT $rows
  MATCH (d)-[f:FIRST_REFERRED_BY]->(by)
  OPTIONAL MATCH (r:Referral {id: f.referral})
  WITH generation, d, f, by, r ORDER BY generation, d.oneId
  RETURN collect([d.oneId, generation, by.oneId, f.at, r.progress, r.deliveredAt]) AS people
}
RETURN collect([page, size(found), people]) AS pages
