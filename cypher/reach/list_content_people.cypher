// reach.list_content_people
// A page of the people whom a content reached within [since, until), each by the newest touchpoint there, newest first: a walk along the
// index, by which somebody is passed over where there is a newer one of theirs.
// mode: read
// param id: STRING
// param since: STRING
// param before: STRING
// param until: STRING
// param most: INTEGER
// param rows: INTEGER
// returns people: LIST<LIST<ANY>>
/* :params {id: 'spring', since: '0', before: '9', until: '9', most: 1000, rows: 21} */
MATCH (t:Touchpoint)
WHERE t.contentId = $id AND t.at >= $since AND t.at < $before
WITH t ORDER BY t.contentId DESC, t.at DESC LIMIT $most
CALL (t) { // row by row, so that the order of the index is the order of the page
  MATCH (p:Profile {id: t.profileId})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WHERE NOT EXISTS {
    MATCH (u)<-[o:RESOLVED_TO WHERE o.to IS NULL]-(q:Profile)
    MATCH (n:Touchpoint)
    USING INDEX SEEK n:Touchpoint(profileId, at)
    WHERE n.profileId = q.id AND n.at > t.at AND n.at < $until AND n.contentId = $id
  }
  RETURN u.oneId AS oneId
}
WITH t, oneId LIMIT $rows
RETURN collect([oneId, t.at, t.occurredAt, t.kind, t.channel]) AS people
