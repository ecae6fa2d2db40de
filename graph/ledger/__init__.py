"""What was granted, spent, expired and taken back: a ledger in double entry that is only ever added to."""
