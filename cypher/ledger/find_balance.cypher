// ledger.find_balance
// What an account holds now.
// mode: read
// param account: STRING
// returns balance: INTEGER
/* :params {account: 'a'} */
MATCH (a:Account {key: $account})
RETURN a.balance AS balance
