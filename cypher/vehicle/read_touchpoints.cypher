// vehicle.read_touchpoints
// Pages of the touchpoints about vehicles, of all people's profiles, newest first. A page is [vehicle, before, kinds]; its
// touchpoints are as `profile.read_users` gives them. All touchpoints about a vehicle are walked for a page, and sorted in a
// Top of `rows`; none is told of a profile that was erased and whose touchpoints are still being removed.
// To a dealer those without a dealer and its own, of profiles as in `profile.find_profile`.
// mode: read
// param asked: MAP
// param rows: INTEGER
// param dealer: STRING
// returns pages: LIST<LIST<ANY>>
/* :params {asked: {pages: [['vk', '9', ['service']]]}, rows: 21, dealer: null} */
UNWIND $asked.pages AS page
MATCH (v:Vehicle {key: page[0]})
CALL (v, page) {
  MATCH (v)<-[:ABOUT]-(t:Touchpoint)
  WHERE t.at < page[1] AND (page[2] IS NULL OR t.kind IN page[2]) AND ($dealer IS NULL OR t.dealer IS NULL OR t.dealer = $dealer)
  MATCH (t)<-[:BROUGHT]-(p:Profile)
  WHERE $dealer IS NULL OR (NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
    AND EXISTS { MATCH (p)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
              WHERE EXISTS {
                MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) } })
  WITH t ORDER BY t.at DESC LIMIT $rows
  RETURN collect([t.profileId, t.at, t.kind, t.event, t.occurredAt, t.receivedAt, t.channel, t.campaign, t.dealer,
                  CASE WHEN $dealer IS NULL OR t.dealer = $dealer THEN t.consultant END, t.model, t.contentId, t.durationSeconds, t.amountMinor, t.currency,
                  t.details]) AS touchpoints
}
RETURN collect([page[0], page[1], page[2], touchpoints]) AS pages
