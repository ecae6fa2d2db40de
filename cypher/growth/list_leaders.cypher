// growth.list_leaders
// Of those who ever said yes to stand on a leaderboard, how many people each brought to whom a vehicle was delivered, over a programme's
// referrals that were opened within [since, until), most first and at most `rows`. Whether the yes stands is decided by all that was said of it,
// which `standing.read_statements` reads. At most `most` referrals are read, the newest: `walked` counts them.
// mode: read
// param programme: STRING
// param since: INTEGER
// param until: INTEGER
// param most: INTEGER
// param rows: INTEGER
// returns walked: INTEGER
// returns people: LIST<LIST<ANY>>
/* :params {programme: 'two-sided', since: 0, until: 1795000000000000, most: 200000, rows: 1001} */
CALL () {
  MATCH (r:Referral)
  USING INDEX SEEK r:Referral(programme, openedAt, id)
  WHERE r.programme = $programme AND r.openedAt >= $since AND r.openedAt < $until AND r.id IS NOT NULL
  WITH r LIMIT $most
  RETURN count(r) AS walked
}
CALL () {
  MATCH (r:Referral)
  USING INDEX SEEK r:Referral(programme, openedAt, id)
  WHERE r.programme = $programme AND r.openedAt >= $since AND r.openedAt < $until AND r.id IS NOT NULL
  WITH r ORDER BY r.programme DESC, r.openedAt DESC, r.id DESC LIMIT $most
  WHERE r.deliveredAt IS NOT NULL AND r.counts
  MATCH (r)<-[:MADE]-(:Profile)-[a:RESOLVED_TO WHERE a.to IS NULL]->(u:User)
  MATCH (r)-[:FOR]->(:Profile)-[b:RESOLVED_TO WHERE b.to IS NULL]->(friend:User)
  WHERE friend <> u
  WITH u, count(DISTINCT friend) AS brought
  WHERE EXISTS {
    MATCH (u)<-[m:RESOLVED_TO WHERE m.to IS NULL]-(p:Profile)
    MATCH (t:Touchpoint)
    USING INDEX SEEK t:Touchpoint(profileId, fact)
    WHERE t.profileId = p.id AND t.fact = 'consent:leaderboard' AND t.kind = 'consent'
  }
  WITH u, brought ORDER BY brought DESC, u.oneId LIMIT $rows
  RETURN collect([u.oneId, brought]) AS people
}
RETURN walked AS walked, people AS people
