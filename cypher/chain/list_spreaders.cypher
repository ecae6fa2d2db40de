// chain.list_spreaders
// A page of those who brought most people to whom a vehicle was delivered, over referrals of one programme, or of all, that were opened within
// [since, until); of equally many by oneId. Each friend counts once, whatever the profiles, orders and programmes. At most `most` referrals
// of a programme are read, the newest: `walked` is the most that were read of one.
// mode: read
// param programme: STRING
// param since: INTEGER
// param until: INTEGER
// param most: INTEGER
// param afterBrought: INTEGER
// param afterId: STRING
// param rows: INTEGER
// returns walked: INTEGER
// returns people: LIST<LIST<ANY>>
/* :params {programme: 'two-sided', since: 0, until: 1795000000000000, most: 200000, afterBrought: 1000000, afterId: '', rows: 21} */
CALL () {
  MATCH (g:Programme)
  WHERE g.id >= '' AND ($programme IS NULL OR g.id = $programme)
  CALL (g) {
    MATCH (r:Referral)
    USING INDEX SEEK r:Referral(programme, openedAt, id)
    WHERE r.programme = g.id AND r.openedAt >= $since AND r.openedAt < $until AND r.id IS NOT NULL
    WITH r LIMIT $most
    RETURN count(r) AS read
  }
  RETURN coalesce(max(read), 0) AS walked
}
CALL () {
  MATCH (g:Programme)
  WHERE g.id >= '' AND ($programme IS NULL OR g.id = $programme)
  CALL (g) {
    MATCH (r:Referral)
    USING INDEX SEEK r:Referral(programme, openedAt, id)
    WHERE r.programme = g.id AND r.openedAt >= $since AND r.openedAt < $until AND r.id IS NOT NULL
    WITH r ORDER BY r.programme DESC, r.openedAt DESC, r.id DESC LIMIT $most
    WHERE r.deliveredAt IS NOT NULL AND r.counts
    RETURN r
  }
  MATCH (r)<-[:MADE]-(:Profile)-[a:RESOLVED_TO WHERE a.to IS NULL]->(u:User)
  MATCH (r)-[:FOR]->(:Profile)-[b:RESOLVED_TO WHERE b.to IS NULL]->(friend:User)
  WHERE friend <> u
  WITH u, count(DISTINCT friend) AS brought, min(r.deliveredAt) AS firstAt, max(r.deliveredAt) AS lastAt
  WHERE brought < $afterBrought OR (brought = $afterBrought AND u.oneId > $afterId)
  WITH u, brought, firstAt, lastAt ORDER BY brought DESC, u.oneId LIMIT $rows
  RETURN collect([u.oneId, brought, firstAt, lastAt]) AS people
}
RETURN walked AS walked, people AS people
