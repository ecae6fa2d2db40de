// referral.list_due
// Referrals that change by themselves by now, first due first, each with the user who was referred; none of an erased one.
// And profiles of whom something was said ahead of the clock, whose time has come (`ahead`), each with its user.
// mode: read
// param until: INTEGER
// param limit: INTEGER
// returns due: LIST<LIST<ANY>>
// returns ahead: LIST<LIST<ANY>>
/* :params {until: 1795000000000000, limit: 200} */
CALL () {
  MATCH (f:Referral)
  USING INDEX SEEK f:Referral(dueAt) // whatever the counts of the day: what is due is a range of it
  WHERE f.dueAt <= $until
  WITH f ORDER BY f.dueAt LIMIT $limit
  OPTIONAL MATCH (f)-[:FOR]->(:Profile)-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
  RETURN collect([f.id, u.oneId]) AS due
}
CALL () {
  MATCH (p:Profile)
  USING INDEX SEEK p:Profile(referralDueAt)
  WHERE p.referralDueAt <= $until
  WITH p ORDER BY p.referralDueAt LIMIT $limit
  MATCH (p)-[now:RESOLVED_TO WHERE now.to IS NULL]->(u:User)
  RETURN collect([p.id, u.oneId]) AS ahead
}
RETURN due AS due, ahead AS ahead
