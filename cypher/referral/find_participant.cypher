// referral.find_participant
// The person that a oneId leads to now with the founder's profile; what they are to the brand by their cars and tags, and the
// codes of all their profiles.
// mode: read
// param oneId: STRING
// returns present: STRING
// returns profileId: STRING
// returns roles: LIST<STRING>
// returns tags: LIST<STRING>
// returns codes: LIST<LIST<ANY>>
/* :params {oneId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
OPTIONAL MATCH (gone:Erased {birthId: $oneId})
MATCH (:Profile {birthId: coalesce(gone.successor, $oneId)})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
MATCH (founder:Profile {birthId: u.oneId})
RETURN u.oneId AS present, founder.id AS profileId,
       [(u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[d:DRIVES]->(:Vehicle) | d.role] AS roles,
       [(u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[g:TAGGED WHERE g.retractedAt IS NULL]->(t:Tag) | t.name] AS tags,
       [(u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)-[:SHARES]->(c:ReferralCode) |
         [c.code, c.programme, p.id, c.issuedAt, c.disabledAt, c.disabledReason]] AS codes
