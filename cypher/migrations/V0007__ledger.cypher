// Accounts, transactions and rewards of the ledger: each key once, rewards by whom they are of and by when they expire.
CREATE CONSTRAINT account_key IF NOT EXISTS FOR (n:Account) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT ledger_transaction_key IF NOT EXISTS FOR (n:LedgerTransaction) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT ledger_transaction_seq IF NOT EXISTS FOR (n:LedgerTransaction) REQUIRE n.seq IS UNIQUE;
CREATE CONSTRAINT reward_key IF NOT EXISTS FOR (n:Reward) REQUIRE n.key IS UNIQUE;
CREATE INDEX reward_profile IF NOT EXISTS FOR (n:Reward) ON (n.profileId);
CREATE INDEX reward_due IF NOT EXISTS FOR (n:Reward) ON (n.dueAt);
