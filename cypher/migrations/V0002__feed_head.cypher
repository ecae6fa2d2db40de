// The one lane of the change feed.
MERGE (h:FeedHead {lane: 0}) ON CREATE SET h.position = 0, h.recordedAt = 0;
