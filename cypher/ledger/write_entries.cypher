// ledger.write_entries
// Writes transactions with their postings, and what accounts and rewards are after them; `feed.begin_write` ran first in
// this transaction and `ledger.read_book` after it, `feed.append_entry` comes last. Rows: accounts are [key, programme,
// kind, unit, profile, change, whether the floor is said, floor], transactions [key, kind, programme, cause, effective
// time, seq, outcomes, referral], postings [transaction, account, amount, reward], rewards [key, properties], changes
// [transaction, reward], decided [transaction, profile], reversals [transaction, grant].
// mode: write
// param position: INTEGER
// param recordedAt: INTEGER
// param rows: MAP
// returns written: INTEGER
/* :params {position: 42, recordedAt: 1795000000000000, rows: {accounts: [['a', 'v', 'pending',
   'points', 'p', 5, false, null]], transactions: [['t', 'grant', 'v', 'c', 1795000000000000, 1, '[]', 'f']],
   postings: [['t', 'a', 5, 'r']], rewards: [['r', {profileId: 'p'}]], changes: [['t', 'r']], decided: [['t', 'p']], reversals: []}} */
CALL () {
  UNWIND $rows.accounts AS r
  MERGE (a:Account {key: r[0]})
    ON CREATE SET a.programme = r[1], a.kind = r[2], a.unit = r[3], a.profileId = r[4], a.balance = 0,
                  a.recordedAt = $recordedAt
  SET a.balance = a.balance + r[5], a.floor = CASE WHEN r[6] THEN r[7] ELSE a.floor END
  WITH a
  MATCH (p:Profile {id: a.profileId})
  MERGE (p)-[:HOLDS]->(a)
}
CALL () {
  UNWIND $rows.rewards AS r
  MERGE (w:Reward {key: r[0]})
    ON CREATE SET w.recordedAt = $recordedAt
  SET w += r[1]
  WITH w
  MATCH (p:Profile {id: w.profileId})
  MERGE (p)-[:EARNED]->(w)
}
CALL () {
  UNWIND $rows.transactions AS r
  CREATE (:LedgerTransaction {key: r[0], kind: r[1], programme: r[2], cause: r[3], effectiveAt: r[4], seq: r[5],
                              outcomes: r[6], referral: r[7], position: $position, recordedAt: $recordedAt})
}
CALL () {
  UNWIND $rows.postings AS r
  MATCH (t:LedgerTransaction {key: r[0]})
  MATCH (a:Account {key: r[1]})
  CREATE (t)-[:POSTS {amount: r[2], reward: r[3]}]->(a)
}
CALL () {
  UNWIND $rows.changes AS r
  MATCH (t:LedgerTransaction {key: r[0]})
  MATCH (w:Reward {key: r[1]})
  CREATE (t)-[:CHANGED]->(w)
}
CALL () {
  UNWIND $rows.decided AS r
  MATCH (t:LedgerTransaction {key: r[0]})
  MATCH (p:Profile {id: r[1]})
  CREATE (t)-[:DECIDED]->(p)
}
CALL () {
  UNWIND $rows.reversals AS r
  MATCH (t:LedgerTransaction {key: r[0]})
  MATCH (g:LedgerTransaction {key: r[1]})
  CREATE (t)-[:REVERSES]->(g)
}
RETURN size($rows.transactions) AS written
