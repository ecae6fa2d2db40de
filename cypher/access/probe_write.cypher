// access.probe_write
// Shows that the database takes writes, and which keyring it belongs to; run in a transaction that is rolled back.
// mode: write
// returns keyringId: STRING
MATCH (i:Installation {id: 1})
CREATE ()
RETURN i.keyringId AS keyringId
