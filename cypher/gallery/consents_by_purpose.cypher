// gallery.consents_by_purpose
// How many people agree to what, and how many have taken it back? To a dealer, or to the brand where there is none; of a person's profiles the most
// restrictive counts, of each profile what was said last, and a withdrawal without purpose withdraws all before it.
// mode: read
// param limit: INTEGER
// returns purpose: STRING
// returns dealer: STRING
// returns given: INTEGER
// returns withdrawn: INTEGER
/* :params {limit: 100} */
MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
CALL (p) {
  MATCH (t:Touchpoint)
  USING INDEX SEEK t:Touchpoint(profileId, fact)
  WHERE t.profileId = p.id AND t.fact STARTS WITH 'consent:' AND t.kind IN ['consent', 'consentWithdrawal']
  RETURN t
}
WITH u, p, t.dealer AS dealer, substring(t.fact, size('consent:')) AS purpose, t.occurredAt AS at, t.kind = 'consentWithdrawal' AS withdrawn
WITH u, p, dealer, purpose, max(CASE WHEN withdrawn THEN at END) AS withdrawnAt, max(CASE WHEN NOT withdrawn THEN at END) AS givenAt
WITH u, p, dealer, collect([purpose, givenAt, withdrawnAt]) AS said, max(CASE purpose WHEN 'unspecified' THEN withdrawnAt END) AS allAt
UNWIND said AS one
WITH u, dealer, one[0] AS purpose,
     max(CASE WHEN one[1] IS NULL OR one[2] >= one[1] OR allAt >= one[1] THEN 1 ELSE 0 END) AS withdrawn
RETURN purpose AS purpose, dealer AS dealer, sum(1 - withdrawn) AS given, sum(withdrawn) AS withdrawn
ORDER BY purpose, dealer
LIMIT $limit
