// gallery.corrected_fields
// Which fields of the golden record are set by hand, and how much of it still stands?
// mode: read
// param limit: INTEGER
// returns field: STRING
// returns corrections: INTEGER
// returns standing: INTEGER
// returns profiles: INTEGER
/* :params {limit: 100} */
MATCH (p:Profile)-[:CORRECTED]->(c:Correction)
RETURN c.field AS field, count(c) AS corrections, sum(CASE WHEN c.retractedAt IS NULL THEN 1 ELSE 0 END) AS standing,
       count(DISTINCT p) AS profiles
ORDER BY corrections DESC, field
LIMIT $limit
