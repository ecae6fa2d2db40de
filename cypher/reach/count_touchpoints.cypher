// reach.count_touchpoints
// Of the newest touchpoints of a campaign, or of a content, within [since, before): how many were read, how many people they reached, and how
// many of each kind and channel, with the first and the last sort key. None where there is no such campaign or content. Who is being erased is read and not counted.
// mode: read
// param campaign: STRING
// param content: STRING
// param since: STRING
// param before: STRING
// param most: INTEGER
// returns found: INTEGER
// returns people: INTEGER
// returns counts: LIST<LIST<ANY>>
/* :params {campaign: 'spring', content: null, since: '0', before: '9', most: 1000} */
CALL () {
  MATCH (c:Campaign {id: $campaign})
  RETURN c.id AS id
  UNION ALL
  MATCH (c:Content {id: $content})
  RETURN c.id AS id
}
CALL () {
  CALL () {
    MATCH (t:Touchpoint)
    WHERE t.campaign = $campaign AND t.at >= $since AND t.at < $before
    RETURN t ORDER BY t.campaign DESC, t.at DESC LIMIT $most
    UNION ALL
    MATCH (t:Touchpoint)
    WHERE t.contentId = $content AND t.at >= $since AND t.at < $before
    RETURN t ORDER BY t.contentId DESC, t.at DESC LIMIT $most
  }
  WITH t.profileId AS profileId, t.kind AS kind, t.channel AS channel, count(*) AS times, min(t.at) AS firstAt, max(t.at) AS lastAt
  WITH profileId, sum(times) AS times, collect([kind, channel, times, firstAt, lastAt]) AS parts
  OPTIONAL MATCH (p:Profile {id: profileId})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  RETURN sum(times) AS found, count(DISTINCT u) AS people, collect(CASE WHEN u IS NOT NULL THEN parts END) AS profiles
}
CALL (profiles) {
  UNWIND profiles AS parts
  UNWIND parts AS part
  WITH part[0] AS kind, part[1] AS channel, sum(part[2]) AS times, min(part[3]) AS firstAt, max(part[4]) AS lastAt
  ORDER BY kind, channel
  RETURN collect([kind, channel, times, firstAt, lastAt]) AS counts
}
RETURN found AS found, people AS people, counts AS counts
