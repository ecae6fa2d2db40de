// Queries that analysts keep: their own and those of the team, by id; a version by its number, and by the write that left it.
CREATE CONSTRAINT saved_query_id IF NOT EXISTS FOR (n:SavedQuery) REQUIRE n.id IS UNIQUE;
CREATE INDEX saved_query_owner IF NOT EXISTS FOR (n:SavedQuery) ON (n.owner, n.id);
CREATE INDEX saved_query_sharing IF NOT EXISTS FOR (n:SavedQuery) ON (n.sharing, n.id);
CREATE CONSTRAINT saved_query_version_key IF NOT EXISTS FOR (n:SavedQueryVersion) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT saved_query_version_operation IF NOT EXISTS FOR (n:SavedQueryVersion) REQUIRE n.operation IS UNIQUE;
