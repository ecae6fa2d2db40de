// gallery.programme_budgets
// What was put into each programme's budget, what is left above its floor, and what is owed and paid? By unit, of its smallest part; `promised` has
// not matured, `spendable` was not spent.
// mode: read
// param programme: STRING
// param limit: INTEGER
// returns programme: STRING
// returns unit: STRING
// returns funded: INTEGER
// returns left: INTEGER
// returns aboveFloor: INTEGER
// returns promised: INTEGER
// returns spendable: INTEGER
// returns owed: INTEGER
// returns paid: INTEGER
/* :params {programme: null, limit: 100} */
MATCH (a:Account)
WHERE $programme IS NULL OR a.programme = $programme
WITH a.programme AS programme, a.unit AS unit, sum(CASE a.kind WHEN 'funding' THEN -a.balance ELSE 0 END) AS funded,
     sum(CASE a.kind WHEN 'budget' THEN a.balance ELSE 0 END) AS left, sum(CASE a.kind WHEN 'budget' THEN coalesce(a.floor, 0) ELSE 0 END) AS floor,
     sum(CASE a.kind WHEN 'pending' THEN a.balance ELSE 0 END) AS promised, sum(CASE a.kind WHEN 'available' THEN a.balance ELSE 0 END) AS spendable,
     sum(CASE a.kind WHEN 'liability' THEN -a.balance ELSE 0 END) AS owed, sum(CASE a.kind WHEN 'paid' THEN -a.balance ELSE 0 END) AS paid
RETURN programme AS programme, unit AS unit, funded AS funded, left AS left, left - floor AS aboveFloor, promised AS promised,
       spendable AS spendable, owed AS owed, paid AS paid
ORDER BY programme, unit
LIMIT $limit
