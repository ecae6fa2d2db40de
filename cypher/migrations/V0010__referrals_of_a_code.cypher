// The referrals of a code by time: how many friends came by it within hours, and from where.
CREATE INDEX referral_code_opened IF NOT EXISTS FOR (n:Referral) ON (n.code, n.openedAt);
