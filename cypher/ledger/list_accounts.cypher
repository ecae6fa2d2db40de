// ledger.list_accounts
// The accounts whose keys begin so, as [programme, unit, kind, balance, floor, key]: a programme's own, of one kind each.
// mode: read
// param asked: MAP
// returns accounts: LIST<LIST<ANY>>
/* :params {asked: {prefixes: ['["v", "budget", ']}} */
UNWIND $asked.prefixes AS prefix
MATCH (a:Account)
USING INDEX SEEK a:Account(key)
WHERE a.key STARTS WITH prefix
RETURN collect([a.programme, a.unit, a.kind, a.balance, a.floor, a.key]) AS accounts
