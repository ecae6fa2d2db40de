// Friends of whom something was said ahead of the clock, by when its time comes. Only profiles that have it lie in the index.
CREATE INDEX profile_referral_due IF NOT EXISTS FOR (n:Profile) ON (n.referralDueAt);
