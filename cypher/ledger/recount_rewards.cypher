// ledger.recount_rewards
// Of a page of rewards by key the last one, how many they are, and those of which pending, available or spent is not the
// sum of their postings, as [key, what, stands, postings].
// mode: read
// param after: STRING
// param limit: INTEGER
// returns last: STRING
// returns rewards: INTEGER
// returns differing: LIST<LIST<ANY>>
/* :params {after: '', limit: 1000} */
CALL () {
  MATCH (w:Reward)
  WHERE w.key > $after
  WITH w ORDER BY w.key LIMIT $limit
  RETURN collect(w) AS page, max(w.key) AS last
}
CALL (page) {
  UNWIND page AS w
  OPTIONAL MATCH (w)<-[:CHANGED]-(:LedgerTransaction)-[x:POSTS WHERE x.reward = w.key]->(a:Account)
  WITH w, sum(CASE WHEN a.kind = 'pending' THEN x.amount ELSE 0 END) AS pending,
       sum(CASE WHEN a.kind = 'available' THEN x.amount ELSE 0 END) AS available,
       sum(CASE WHEN a.kind = 'spent' THEN x.amount ELSE 0 END) AS spent
  UNWIND [[w.key, 'pending', w.pending, pending], [w.key, 'available', w.available, available],
          [w.key, 'spent', w.spent, spent]] AS row
  WITH row WHERE row[2] <> row[3]
  RETURN collect(row) AS differing
}
RETURN last AS last, size(page) AS rewards, differing AS differing
