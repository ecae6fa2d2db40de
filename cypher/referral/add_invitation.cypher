// referral.add_invitation
// An invitation goes out under a code; the same id is the same invitation.
// mode: write
// param invitation: MAP
// returns id: STRING
/* :params {invitation: {id: 'i', code: '23456789', programme: 'two-sided', channel: 'wechat', at: 1795000000000000, recordedAt: 1795000000000000}} */
MATCH (c:ReferralCode {code: $invitation.code})
MERGE (i:Invitation {id: $invitation.id})
  ON CREATE SET i = $invitation
MERGE (c)-[:SENT]->(i)
RETURN i.id AS id
