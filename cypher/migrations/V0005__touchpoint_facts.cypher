// Only touchpoints that have all properties of an index lie in it: who states nothing lasting costs nothing here.
CREATE INDEX touchpoint_fact IF NOT EXISTS FOR (n:Touchpoint) ON (n.profileId, n.fact);
CREATE CONSTRAINT tag_name IF NOT EXISTS FOR (n:Tag) REQUIRE n.name IS UNIQUE;
