// profile.find_touchpoint
// One touchpoint; none of a profile that was erased and whose touchpoints are still being removed.
// mode: read
// param profileId: STRING
// param at: STRING
// returns touchpoint: LIST<ANY>
/* :params {profileId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', at: '0639067968000000000198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'} */
MATCH (t:Touchpoint)
WHERE t.profileId = $profileId AND t.at = $at AND EXISTS { (t)<-[:BROUGHT]-(:Profile) }
RETURN [t.profileId, t.at, t.kind, t.event, t.occurredAt, t.receivedAt, t.channel, t.campaign, t.dealer,
        t.consultant, t.model, t.contentId, t.durationSeconds, t.amountMinor, t.currency,
        t.details] AS touchpoint
