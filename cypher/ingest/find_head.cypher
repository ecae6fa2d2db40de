// ingest.find_head
// Whether the database answers and is migrated: one seek, by which the circuit breaker finds it again.
// mode: read
// returns position: INTEGER
MATCH (h:FeedHead {lane: 0})
RETURN h.position AS position
