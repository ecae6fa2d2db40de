// ledger.read_book
// What some commands are decided on: transactions of their keys, budgets by account key, the present people of the
// profiles and rewards concerned, each profile with its user, and all rewards of those people; and all that was granted
// for some referrals. Read under the feed's lock, so that nothing of it changes before the answer is written.
// mode: read
// param asked: MAP
// returns entries: LIST<LIST<ANY>>
// returns budgets: LIST<LIST<ANY>>
// returns people: LIST<LIST<STRING>>
// returns rewards: LIST<MAP>
/* :params {asked: {keys: ['k'], budgets: ['b'], profiles: ['p'], rewards: ['r'], referrals: ['f']}} */
CALL () {
  CALL () {
    UNWIND $asked.keys AS key
    MATCH (t:LedgerTransaction {key: key})
    RETURN t
    UNION
    UNWIND $asked.referrals AS id
    MATCH (t:LedgerTransaction {referral: id})
    RETURN t
  }
  RETURN collect([t.key, t.kind, t.programme, t.cause, t.effectiveAt, t.outcomes, t.referral]) AS entries
}
CALL () {
  UNWIND $asked.budgets AS key
  MATCH (a:Account {key: key})
  RETURN collect([a.programme, a.kind, a.unit, a.balance, a.floor]) AS budgets
}
CALL () {
  CALL () {
    UNWIND $asked.rewards AS key
    MATCH (r:Reward {key: key})
    RETURN r
    UNION
    UNWIND $asked.referrals AS id
    MATCH (r:Reward {referral: id})
    RETURN r
  }
  RETURN collect(DISTINCT r.profileId) AS holders
}
CALL (holders) {
  UNWIND holders + $asked.profiles AS id
  WITH DISTINCT id
  MATCH (:Profile {id: id})-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
  MATCH (u)<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
  RETURN collect(DISTINCT [p.id, u.oneId]) AS people
}
CALL (holders, people) {
  UNWIND holders + $asked.profiles + [person IN people | person[0]] AS id
  WITH DISTINCT id
  MATCH (r:Reward {profileId: id})
  RETURN collect(properties(r)) AS rewards
}
RETURN entries AS entries, budgets AS budgets, people AS people, rewards AS rewards
