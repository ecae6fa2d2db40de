// judgement.read_holdings
// What hangs on some users by which a question about them is ranked: how many contacts, vehicles owned, and the sums
// of contacts of some kinds. Of each profile the latest `most` contacts count.
// mode: read
// param asked: MAP
// param most: INTEGER
// returns holdings: LIST<LIST<ANY>>
/* :params {asked: {oneIds: ['0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f'], kinds: ['order']}, most: 1000} */
UNWIND $asked.oneIds AS oneId
MATCH (u:User {oneId: oneId})
CALL (u) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  CALL (p) {
    MATCH (t:Touchpoint)
    WHERE t.profileId = p.id AND t.at > ''
    WITH t ORDER BY t.profileId DESC, t.at DESC LIMIT $most
    RETURN count(t) AS contacts,
           collect(CASE WHEN t.kind IN $asked.kinds THEN [t.currency, t.amountMinor] END) AS amounts
  }
  RETURN sum(contacts) AS contacts, collect(amounts) AS amounts
}
CALL (u) {
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(:Profile)-[:DRIVES {role: 'owner'}]->(v:Vehicle)
  RETURN count(DISTINCT v) AS vehicles
}
RETURN collect([oneId, contacts, vehicles, amounts]) AS holdings
