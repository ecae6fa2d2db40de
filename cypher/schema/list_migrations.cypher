// schema.list_migrations
// The migrations this database has, in order.
// mode: read
// returns version: INTEGER
// returns checksum: STRING
MATCH (m:Migration) WHERE m.version > 0
RETURN m.version AS version, m.checksum AS checksum
ORDER BY version
