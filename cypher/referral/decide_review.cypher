// referral.decide_review
// What a person decided of an open review; its referral is looked at again at once.
// mode: write
// param decision: MAP
// returns referral: STRING
/* :params {decision: {key: 'v', state: 'accepted', by: 'k', note: null, at: 1795000000000000}} */
MATCH (v:ReferralReview {key: $decision.key})<-[:HAS_REVIEW]-(f:Referral)
WHERE v.state = 'open'
SET v.state = $decision.state, v.decidedBy = $decision.by, v.decidedAt = $decision.at, v.note = $decision.note,
    f.dueAt = 0
RETURN f.id AS referral
