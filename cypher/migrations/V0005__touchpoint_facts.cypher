// Only touchpoints that have all properties of an index lie in it: who states nothing lasting and plans nothing costs nothing here.
CREATE INDEX touchpoint_fact IF NOT EXISTS FOR (n:Touchpoint) ON (n.profileId, n.fact);
CREATE INDEX touchpoint_due_dealer IF NOT EXISTS FOR (n:Touchpoint) ON (n.dealer, n.dueAt);
CREATE INDEX touchpoint_due_consultant IF NOT EXISTS FOR (n:Touchpoint) ON (n.consultant, n.dueAt);
CREATE CONSTRAINT tag_name IF NOT EXISTS FOR (n:Tag) REQUIRE n.name IS UNIQUE;
