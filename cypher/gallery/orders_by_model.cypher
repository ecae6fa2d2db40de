// gallery.orders_by_model
// How many orders of each model were placed, delivered and undone, and how many days did delivery take? An order is undone while nothing later than
// its last cancellation or return places or delivers it; delivered are those that stand.
// mode: read
// param since: INTEGER
// param until: INTEGER
// param limit: INTEGER
// returns model: STRING
// returns orders: INTEGER
// returns delivered: INTEGER
// returns undone: INTEGER
// returns medianDays: FLOAT
/* :params {since: null, until: null, limit: 100} */
MATCH (p:Profile)
CALL (p) {
  MATCH (t:Touchpoint)
  USING INDEX SEEK t:Touchpoint(profileId, fact)
  WHERE t.profileId = p.id AND t.fact STARTS WITH 'order:' AND t.kind IN ['order', 'delivery', 'orderCancellation', 'vehicleReturn']
  RETURN t
}
WITH t.fact AS fact, min(CASE t.kind WHEN 'order' THEN t.occurredAt END) AS orderedAt,
     min(CASE t.kind WHEN 'delivery' THEN t.occurredAt END) AS deliveredAt,
     max(CASE WHEN t.kind IN ['order', 'delivery'] THEN t.occurredAt END) AS stoodAt,
     max(CASE WHEN t.kind IN ['orderCancellation', 'vehicleReturn'] THEN t.occurredAt END) AS undoneAt,
     max(CASE WHEN t.kind = 'order' AND t.model IS NOT NULL THEN [t.occurredAt, t.model] END) AS said
WHERE orderedAt IS NOT NULL AND ($since IS NULL OR orderedAt >= $since) AND ($until IS NULL OR orderedAt < $until)
WITH said[1] AS model, orderedAt, deliveredAt, coalesce(undoneAt >= stoodAt, false) AS undone
RETURN model AS model, count(orderedAt) AS orders, sum(CASE WHEN deliveredAt IS NOT NULL AND NOT undone THEN 1 ELSE 0 END) AS delivered,
       sum(CASE WHEN undone THEN 1 ELSE 0 END) AS undone,
       percentileCont(CASE WHEN deliveredAt >= orderedAt THEN (deliveredAt - orderedAt) / 86400000000.0 END, 0.5) AS medianDays
ORDER BY orders DESC, model
LIMIT $limit
