// referral.find_friends
// Of those whom the feed names, the users who were referred by anybody, or touched a code, or for whose order a claim was
// made. And who referred anybody, of the users that it names and of those who were tagged in these entries, or were before.
// mode: read
// param asked: MAP
// returns friends: LIST<STRING>
// returns makers: LIST<STRING>
/* :params {asked: {after: 41, until: 45, profiles: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
CALL () {
  CALL () {
    UNWIND $asked.profiles AS id
    MATCH (:Profile {id: id})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
    RETURN u
    UNION
    UNWIND $asked.oneIds AS oneId
    MATCH (u:User {oneId: oneId})
    RETURN u
  }
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  CALL (p) {
    MATCH (t:Touchpoint)
    WHERE t.profileId = p.id AND t.fact STARTS WITH 'referral:'
    RETURN 1 AS one LIMIT 1
    UNION
    MATCH (p)<-[:FOR|CLAIMED_FOR]-()
    RETURN 1 AS one LIMIT 1
  }
  RETURN collect(DISTINCT u.oneId) AS friends
}
CALL () {
  CALL () {
    UNWIND $asked.oneIds AS oneId
    MATCH (u:User {oneId: oneId})
    RETURN u
    UNION
    MATCH (e:FeedEntry)
    WHERE e.lane = 0 AND e.position > $asked.after AND e.position <= $asked.until AND e.kind = 'tag'
    UNWIND e.profileIds AS id
    MATCH (:Profile {id: id})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
    RETURN u
  }
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[:MADE]->(:Referral)
  RETURN collect(DISTINCT u.oneId) AS makers
}
RETURN friends AS friends, makers AS makers
