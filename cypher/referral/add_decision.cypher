// referral.add_decision
// A person's decision on a referral, which is looked at again at once.
// mode: write
// param decision: MAP
// returns id: STRING
/* :params {decision: {referral: 'f', id: 'd', outcome: 'cleared', flags: ['household'], by: 'k', note: null, at: 1795000000000000}} */
MATCH (f:Referral {id: $decision.referral})
CREATE (f)-[:HAS_DECISION]->(d:ReferralDecision {id: $decision.id, outcome: $decision.outcome, flags: $decision.flags,
        by: $decision.by, note: $decision.note, at: $decision.at, recordedAt: $decision.at})
SET f.dueAt = 0
WITH f, d
OPTIONAL MATCH (first:Referral {id: f.joins})
SET first.dueAt = 0
RETURN d.id AS id
