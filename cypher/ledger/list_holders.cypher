// ledger.list_holders
// Who has something available of a unit in a programme, as [oneId, profiles], among so many rewards after a key; and the
// last key that was looked at, null where there is none. Dealers are told nothing of it.
// mode: read
// param asked: MAP
// param looked: INTEGER
// returns last: STRING
// returns holders: LIST<LIST<ANY>>
/* :params {asked: {programme: 'v', unit: 'CNY', after: ''}, looked: 1000} */
CALL () {
  MATCH (w:Reward)
  WHERE w.key > $asked.after
  WITH w ORDER BY w.key LIMIT $looked
  RETURN collect(w) AS rewards, max(w.key) AS last
}
CALL (rewards) {
  UNWIND rewards AS w
  WITH w WHERE w.programme = $asked.programme AND w.unit = $asked.unit AND w.available > 0
  MATCH (w)<-[:EARNED]-(:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
  WITH DISTINCT u
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  WITH u, collect(p.id) AS profiles
  RETURN collect([u.oneId, profiles]) AS holders
}
RETURN last AS last, holders AS holders
