// referral.list_referrals
// A page of a programme's referrals, newest first, of those that are `progress`, `judgement` and `dealer` where these are said; each
// with the users that its ends are now. At most `scan` are looked at for a page: `last` is the last of them, nothing at the end.
// mode: read
// param programme: STRING
// param filter: MAP
// param before: MAP
// param scan: INTEGER
// returns referrals: LIST<LIST<ANY>>
// returns last: LIST<ANY>
/* :params {programme: 'two-sided', filter: {progress: null, judgement: 'flagged', dealer: null},
   before: {openedAt: 4611686018427387904, id: ''}, scan: 1000} */
CALL () {
  MATCH (f:Referral)
  USING INDEX SEEK f:Referral(programme, openedAt, id) // whatever the counts of the day: a page is a range of it
  WHERE f.programme = $programme AND f.openedAt <= $before.openedAt AND f.id IS NOT NULL
    AND (f.openedAt < $before.openedAt OR f.id < $before.id)
  RETURN f
  ORDER BY f.programme DESC, f.openedAt DESC, f.id DESC
  LIMIT $scan
}
WITH f ORDER BY f.openedAt DESC, f.id DESC
WITH collect(f) AS found
WITH found, found[-1] AS end
CALL (found) {
  UNWIND found AS f
  WITH f
  WHERE ($filter.progress IS NULL OR f.progress = $filter.progress)
    AND ($filter.judgement IS NULL OR f.judgement = $filter.judgement)
    AND ($filter.dealer IS NULL OR f.dealer = $filter.dealer)
  WITH f, head([(f)<-[:MADE]-(:Profile)-[a:RESOLVED_TO WHERE a.to IS NULL]->(u:User) | u.oneId]) AS referrer,
       head([(f)-[:FOR]->(:Profile)-[b:RESOLVED_TO WHERE b.to IS NULL]->(v:User) | v.oneId]) AS friend
  RETURN collect([properties(f), referrer, friend]) AS referrals
}
RETURN referrals AS referrals, CASE WHEN size(found) < $scan THEN null ELSE [end.openedAt, end.id] END AS last
