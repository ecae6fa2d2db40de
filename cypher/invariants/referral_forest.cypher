// invariants.referral_forest
// Who brought whom first is a forest: a user has one first referrer at most, and nobody is above themselves.
// mode: read
// returns subject: STRING
// returns detail: STRING
CALL () {
  MATCH (u:User)
  WHERE u.oneId > '' AND COUNT { (u)-[:FIRST_REFERRED_BY]->() } > 1
  RETURN u.oneId AS subject, 'has several first referrers' AS detail
  UNION ALL
  MATCH (u:User)
  WHERE u.oneId > '' AND EXISTS { (u)-[:FIRST_REFERRED_BY]->(:User)-[:FIRST_REFERRED_BY*0..100]->(u) }
  RETURN u.oneId AS subject, 'is above themselves' AS detail
}
RETURN subject AS subject, detail AS detail
ORDER BY subject
LIMIT 20
