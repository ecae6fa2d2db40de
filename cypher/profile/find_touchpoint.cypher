// profile.find_touchpoint
// One touchpoint; none of a profile that was erased and whose touchpoints are still being removed.
// To a dealer those without a dealer and its own, of profiles as in `profile.find_profile`.
// mode: read
// param profileId: STRING
// param at: STRING
// param dealer: STRING
// returns touchpoint: LIST<ANY>
/* :params {profileId: '0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', at: '0639067968000000000198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', dealer: null} */
MATCH (t:Touchpoint)
WHERE t.profileId = $profileId AND t.at = $at AND EXISTS { (t)<-[:BROUGHT]-(:Profile) }
  AND ($dealer IS NULL OR t.dealer IS NULL OR t.dealer = $dealer)
  AND EXISTS { MATCH (p:Profile {id: $profileId}) WHERE $dealer IS NULL OR (NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
  AND EXISTS { MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
            WHERE EXISTS {
              MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } }) }
RETURN [t.profileId, t.at, t.kind, t.event, t.occurredAt, t.receivedAt, t.channel, t.campaign, t.dealer,
        CASE WHEN $dealer IS NULL OR t.dealer = $dealer THEN t.consultant END, t.model, t.contentId, t.durationSeconds, t.amountMinor, t.currency,
        t.details] AS touchpoint
