// fraud.list_referrals
// A page of a programme's referrals by when they were first heard of, each with what people decided of it last and the flags that were looked at then.
// mode: read
// param programme: STRING
// param afterAt: INTEGER
// param afterId: STRING
// param before: INTEGER
// param rows: INTEGER
// returns referrals: LIST<LIST<ANY>>
/* :params {programme: 'two-sided', afterAt: 0, afterId: '', before: 1795000000000000, rows: 200} */
MATCH (r:Referral)
USING INDEX SEEK r:Referral(programme, openedAt, id) // whatever the counts of the day: a page is a range of it
WHERE r.programme = $programme AND r.openedAt >= $afterAt AND r.openedAt < $before AND r.id IS NOT NULL
  AND (r.openedAt > $afterAt OR r.id > $afterId)
WITH r ORDER BY r.programme, r.openedAt, r.id LIMIT $rows
CALL (r) {
  OPTIONAL MATCH (r)-[:HAS_DECISION]->(d:ReferralDecision)
  WITH d ORDER BY d.at DESC, d.id DESC LIMIT 1
  RETURN d.outcome AS outcome, d.flags AS flags
}
RETURN collect([r.id, r.openedAt, outcome, flags]) AS referrals
