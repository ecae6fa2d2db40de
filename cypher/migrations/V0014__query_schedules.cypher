// Schedules of saved queries: by their query, and those that are due by time; results by id.
CREATE CONSTRAINT query_schedule_query IF NOT EXISTS FOR (n:QuerySchedule) REQUIRE n.queryId IS UNIQUE;
CREATE INDEX query_schedule_next IF NOT EXISTS FOR (n:QuerySchedule) ON (n.nextAt);
CREATE CONSTRAINT query_result_id IF NOT EXISTS FOR (n:QueryResult) REQUIRE n.id IS UNIQUE;
