// referral.add_claim
// A claim on an order that a profile's touchpoints speak of; a claim of this id that is there stays as it is.
// mode: write
// param claim: MAP
// returns id: STRING
/* :params {claim: {id: 'c', programme: 'two-sided', orderFact: 'order:x', profileId: 'p', shares: '{}', evidence: null, madeAt: 1795000000000000, madeBy: 'k'}} */
MATCH (p:Profile {id: $claim.profileId})
MERGE (c:ReferralClaim {id: $claim.id})
  ON CREATE SET c.programme = $claim.programme, c.orderFact = $claim.orderFact, c.shares = $claim.shares, c.state = 'open',
                c.evidence = $claim.evidence, c.madeAt = $claim.madeAt, c.madeBy = $claim.madeBy, c.recordedAt = $claim.madeAt
MERGE (c)-[:CLAIMED_FOR]->(p)
RETURN c.id AS id
