// gallery.rewards_by_state
// What became of the rewards of each programme, by unit, side and state? Amounts are of the unit's smallest part.
// mode: read
// param programme: STRING
// param limit: INTEGER
// returns programme: STRING
// returns unit: STRING
// returns side: STRING
// returns state: STRING
// returns rewards: INTEGER
// returns amount: INTEGER
// returns pending: INTEGER
// returns available: INTEGER
// returns spent: INTEGER
// returns expired: INTEGER
// returns returned: INTEGER
/* :params {programme: null, limit: 100} */
MATCH (w:Reward)
WHERE $programme IS NULL OR w.programme = $programme
RETURN w.programme AS programme, w.unit AS unit, w.side AS side, w.state AS state, count(w) AS rewards, sum(w.amount) AS amount,
       sum(w.pending) AS pending, sum(w.available) AS available, sum(w.spent) AS spent, sum(w.expired) AS expired, sum(w.returned) AS returned
ORDER BY programme, unit, side, state
LIMIT $limit
