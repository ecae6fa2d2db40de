// ledger.write_entries
// Writes transactions with their postings, and what accounts and rewards are after them; `feed.begin_write` ran first in
// this transaction and `ledger.read_book` after it, `feed.append_entry` comes last. Rows: accounts are [key, programme,
// kind, unit, profile, change, whether the floor is said, floor], rewards [key, properties], transactions [key, kind,
// programme, cause, effective time, seq, outcomes, referral, postings [account, amount, reward], rewards it changed,
// profiles it decided about], reversals [transaction, grant].
// mode: write
// param position: INTEGER
// param recordedAt: INTEGER
// param rows: MAP
// returns written: INTEGER
/* :params {position: 42, recordedAt: 1795000000000000, rows: {accounts: [['a', 'v', 'pending',
   'points', 'p', 5, false, null]], rewards: [['r', {profileId: 'p'}]],
   transactions: [['t', 'grant', 'v', 'c', 1795000000000000, 1, '[]', 'f', [['a', 5, 'r']], ['r'], ['p']]], reversals: []}} */
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
  CREATE (t:LedgerTransaction {key: r[0], kind: r[1], programme: r[2], cause: r[3], effectiveAt: r[4], seq: r[5],
                               outcomes: r[6], referral: r[7], position: $position, recordedAt: $recordedAt})
  WITH t, r
  CALL (t, r) {
    UNWIND r[8] AS p
    MATCH (a:Account {key: p[0]})
    CREATE (t)-[:POSTS {amount: p[1], reward: p[2]}]->(a)
  }
  CALL (t, r) {
    UNWIND r[9] AS key
    MATCH (w:Reward {key: key})
    CREATE (t)-[:CHANGED]->(w)
  }
  CALL (t, r) {
    UNWIND r[10] AS id
    MATCH (p:Profile {id: id})
    CREATE (t)-[:DECIDED]->(p)
  }
}
CALL () {
  UNWIND $rows.reversals AS r
  MATCH (t:LedgerTransaction {key: r[0]})
  MATCH (g:LedgerTransaction {key: r[1]})
  CREATE (t)-[:REVERSES]->(g)
}
RETURN size($rows.transactions) AS written
