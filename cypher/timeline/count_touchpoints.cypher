// timeline.count_touchpoints
// The touchpoints of users in groups, the newest group first. A timeline is [oneId, by, since, before, kinds, channel, zone, first]:
// by DAY, WEEK (named by its Monday) or MONTH of the calendar in the time zone, or by what touchpoints name. Of each profile the newest `rows`
// that fit are read from its index, of all profiles of the person the newest `rows` but one are counted; `whole` is false where
// there are more. A group is [key, count, first, last]; those without a key are a group, too. `first` groups are told,
// and one more where there are more.
// To a dealer of its people, of these its own and the brand's profiles, and touchpoints without a dealer and its own.
// mode: read
// param asked: MAP
// param rows: INTEGER
// param dealer: STRING
// returns timelines: LIST<LIST<ANY>>
/* :params {asked: {timelines: [['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f', 'DAY', '0', '9', null, null, 'Asia/Shanghai', 20]]},
   rows: 5001, dealer: null} */
UNWIND range(0, size($asked.timelines) - 1) AS number
WITH number, $asked.timelines[number] AS asked
MATCH (u:User {oneId: asked[0]})
WHERE $dealer IS NULL OR EXISTS { MATCH (u)<-[k:RESOLVED_TO WHERE k.to IS NULL]-(:Profile)-[:KNOWN_TO]->(:Dealer {id: $dealer}) }
CALL (u, asked) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  WHERE $dealer IS NULL OR NOT EXISTS { MATCH (s:Source {name: p.source}) WHERE s.dealer <> $dealer }
  CALL (p, asked) {
    MATCH (t:Touchpoint)
    WHERE t.profileId = p.id AND t.at >= asked[2] AND t.at < asked[3]
      AND (asked[4] IS NULL OR t.kind IN asked[4])
      AND (asked[5] IS NULL OR t.channel = asked[5])
      AND ($dealer IS NULL OR t.dealer IS NULL OR t.dealer = $dealer)
    RETURN t
    ORDER BY t.profileId DESC, t.at DESC
    LIMIT $rows
  }
  WITH t ORDER BY t.at DESC LIMIT $rows
  RETURN collect(t) AS found
}
CALL (asked, found) {
  UNWIND found[..$rows - 1] AS t
  WITH asked, t, t.occurredAt - (t.occurredAt % 1000000 + 1000000) % 1000000 AS second
  WITH asked, t, CASE WHEN asked[1] IN ['DAY', 'WEEK', 'MONTH']
                      THEN date(datetime({epochSeconds: second / 1000000, timezone: asked[6]})) END AS day
  WITH CASE asked[1]
         WHEN 'DAY' THEN toString(day)
         WHEN 'WEEK' THEN toString(date.truncate('week', day))
         WHEN 'MONTH' THEN left(toString(day), 7)
         WHEN 'CHANNEL' THEN t.channel
         WHEN 'KIND' THEN t.kind
         WHEN 'CAMPAIGN' THEN t.campaign
         WHEN 'CONTENT' THEN t.contentId
         WHEN 'DEALER' THEN t.dealer
       END AS key, t
  WITH key, count(t) AS times, min(t.occurredAt) AS firstAt, max(t.occurredAt) AS lastAt, max(t.at) AS newest
  ORDER BY newest DESC
  RETURN collect([key, times, firstAt, lastAt]) AS groups
}
RETURN collect([number, groups[..asked[7] + 1], size(found) < $rows]) AS timelines
