// schema.record_migration
// Remembers a migration that was applied.
// mode: write
// param version: INTEGER
// param name: STRING
// param checksum: STRING
// param now: INTEGER
// returns version: INTEGER
/* :params {version: 1, name: 'V0001__constraints', checksum: 'ab12', now: 1795000000000000} */
MERGE (m:Migration {version: $version})
ON CREATE SET m.name = $name, m.checksum = $checksum, m.appliedAt = $now
RETURN m.version AS version
