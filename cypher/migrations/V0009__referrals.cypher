// Programmes, codes, invitations, referrals and what people decide of them; transactions and rewards by their referral.
CREATE CONSTRAINT programme_id IF NOT EXISTS FOR (n:Programme) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT programme_version_key IF NOT EXISTS FOR (n:ProgrammeVersion) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT referral_code_code IF NOT EXISTS FOR (n:ReferralCode) REQUIRE n.code IS UNIQUE;
CREATE CONSTRAINT invitation_id IF NOT EXISTS FOR (n:Invitation) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT referral_id IF NOT EXISTS FOR (n:Referral) REQUIRE n.id IS UNIQUE;
CREATE INDEX referral_listed IF NOT EXISTS FOR (n:Referral) ON (n.programme, n.openedAt, n.id);
CREATE INDEX referral_due IF NOT EXISTS FOR (n:Referral) ON (n.dueAt);
CREATE INDEX referral_judgement IF NOT EXISTS FOR (n:Referral) ON (n.judgement, n.openedAt);
CREATE CONSTRAINT referral_decision_id IF NOT EXISTS FOR (n:ReferralDecision) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT referral_claim_id IF NOT EXISTS FOR (n:ReferralClaim) REQUIRE n.id IS UNIQUE;
CREATE INDEX referral_claim_state IF NOT EXISTS FOR (n:ReferralClaim) ON (n.state, n.madeAt);
CREATE CONSTRAINT referral_flag_key IF NOT EXISTS FOR (n:ReferralFlag) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT referral_review_key IF NOT EXISTS FOR (n:ReferralReview) REQUIRE n.key IS UNIQUE;
CREATE INDEX referral_review_state IF NOT EXISTS FOR (n:ReferralReview) ON (n.state, n.at);
CREATE INDEX ledger_transaction_referral IF NOT EXISTS FOR (n:LedgerTransaction) ON (n.referral);
CREATE INDEX reward_referral IF NOT EXISTS FOR (n:Reward) ON (n.referral);
