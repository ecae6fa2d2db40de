// referral.decide_claim
// What a person decided of an open claim; answers for whose profile it was made.
// mode: write
// param decision: MAP
// returns profileId: STRING
/* :params {decision: {id: 'c', state: 'accepted', shares: null, by: 'k', note: null, at: 1795000000000000}} */
MATCH (c:ReferralClaim {id: $decision.id})-[:CLAIMED_FOR]->(p:Profile)
WHERE c.state = 'open'
SET c.state = $decision.state, c.shares = coalesce($decision.shares, c.shares), c.decidedBy = $decision.by,
    c.decidedAt = $decision.at, c.note = $decision.note
RETURN p.id AS profileId
