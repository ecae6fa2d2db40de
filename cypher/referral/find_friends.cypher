// referral.find_friends
// Of those whom the feed names, the users who were referred by anybody, or touched a code, or for whose order a claim was
// made; and of the users it names those who referred anybody.
// mode: read
// param asked: MAP
// returns friends: LIST<STRING>
// returns makers: LIST<STRING>
/* :params {asked: {profiles: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f']}} */
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
  UNWIND $asked.oneIds AS oneId
  MATCH (u:User {oneId: oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[:MADE]->(:Referral)
  RETURN collect(DISTINCT oneId) AS makers
}
RETURN friends AS friends, makers AS makers
