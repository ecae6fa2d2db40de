// referral.find_code
// A code, and whose it is now.
// mode: read
// param code: STRING
// returns code: STRING
// returns programme: STRING
// returns profileId: STRING
// returns oneId: STRING
// returns issuedAt: INTEGER
// returns disabledAt: INTEGER
// returns disabledReason: BYTES
/* :params {code: '23456789'} */
MATCH (c:ReferralCode {code: $code})
OPTIONAL MATCH (c)<-[:SHARES]-(p:Profile)-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
RETURN c.code AS code, c.programme AS programme, p.id AS profileId, u.oneId AS oneId, c.issuedAt AS issuedAt,
       c.disabledAt AS disabledAt, c.disabledReason AS disabledReason
