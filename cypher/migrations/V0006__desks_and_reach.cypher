// A consultant's people, and whom a campaign or a content reached. Only touchpoints that name one lie in the latter two.
CREATE INDEX known_to_consultant IF NOT EXISTS FOR ()-[k:KNOWN_TO]-() ON (k.consultant);
CREATE INDEX touchpoint_campaign IF NOT EXISTS FOR (n:Touchpoint) ON (n.campaign, n.at);
CREATE INDEX touchpoint_content IF NOT EXISTS FOR (n:Touchpoint) ON (n.contentId, n.at);
// What `ingest.write_batch` would have written of the touchpoints that are there. Each batch is committed, and a run that is cut off goes on
// where it was: what has `lastAt` is done. Plans are missing: no touchpoint before V0005 has `dueAt`.
MATCH (p:Profile)-[k:KNOWN_TO]->(d:Dealer)
WHERE k.lastAt IS NULL
CALL (p, k, d) {
  MATCH (t:Touchpoint)
  WHERE t.profileId = p.id AND t.at > '' AND t.dealer = d.id
  WITH k, max(t.occurredAt) AS lastAt,
       min(CASE WHEN t.kind = 'enquiry' THEN t.occurredAt END) AS enquiredAt,
       min(CASE WHEN t.kind = 'storeVisit' THEN t.occurredAt END) AS visitedAt,
       min(CASE WHEN t.kind = 'testDrive' THEN t.occurredAt END) AS testDrivenAt,
       min(CASE WHEN t.kind = 'order' THEN t.occurredAt END) AS orderedAt,
       min(CASE WHEN t.kind = 'delivery' THEN t.occurredAt END) AS deliveredAt,
       max(CASE WHEN t.consultant IS NOT NULL THEN [t.occurredAt, t.consultant] END) AS named,
       max(CASE WHEN t.kind IN ['testDrive', 'storeVisit'] THEN t.occurredAt END) AS closedAt
  SET k.lastAt = lastAt, k.enquiredAt = enquiredAt, k.visitedAt = visitedAt, k.testDrivenAt = testDrivenAt,
      k.orderedAt = orderedAt, k.deliveredAt = deliveredAt, k.consultantAt = named[0], k.consultant = named[1],
      k.closedAt = closedAt
} IN TRANSACTIONS OF 1000 ROWS;
