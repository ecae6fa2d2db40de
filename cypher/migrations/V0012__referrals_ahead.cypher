// Friends of whom something was said ahead of the clock, by when its time comes. Only profiles that have it lie in the index.
CREATE INDEX profile_referral_due IF NOT EXISTS FOR (n:Profile) ON (n.referralDueAt);
// What `ingest.write_batch` would have written of enquiries: who has no id is named by its own key. Each batch is committed, and a run that
// is cut off goes on where it was: what has `fact` is done.
MATCH (t:Touchpoint)
WHERE t.kind = 'enquiry' AND t.fact IS NULL
CALL (t) {
  SET t.fact = 'enquiry:' + t.key
} IN TRANSACTIONS OF 1000 ROWS;
