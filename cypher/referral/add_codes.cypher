// referral.add_codes
// Leaves codes on profiles; one that is there already stays as it is. Rows are [code, programme, profile, issued at]; answers
// whose the codes are: [code, programme, profile].
// mode: write
// param rows: MAP
// param recordedAt: INTEGER
// returns codes: LIST<LIST<STRING>>
/* :params {rows: {codes: [['23456789', 'two-sided', 'p', 1795000000000000]]}, recordedAt: 1795000000000000} */
CALL () {
  UNWIND $rows.codes AS r
  MATCH (p:Profile {id: r[2]})
  OPTIONAL MATCH (c:ReferralCode {code: r[0]})
  FOREACH (_ IN CASE WHEN c IS NULL THEN [1] ELSE [] END |
    MERGE (n:ReferralCode {code: r[0]})
      ON CREATE SET n.programme = r[1], n.issuedAt = r[3], n.recordedAt = $recordedAt
    MERGE (p)-[:SHARES]->(n)
  )
}
UNWIND $rows.codes AS r
MATCH (c:ReferralCode {code: r[0]})<-[:SHARES]-(p:Profile)
RETURN collect([c.code, c.programme, p.id]) AS codes
