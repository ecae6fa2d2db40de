// referral.disable_code
// A code brings nobody from now on; one that is disabled stays so since then. What was touched by it is looked at again.
// mode: write
// param code: STRING
// param reason: BYTES
// param recordedAt: INTEGER
// returns disabledAt: INTEGER
/* :params {code: '23456789', reason: null, recordedAt: 1795000000000000} */
MATCH (c:ReferralCode {code: $code})
SET c.disabledReason = CASE WHEN c.disabledAt IS NULL THEN $reason ELSE c.disabledReason END,
    c.disabledAt = coalesce(c.disabledAt, $recordedAt)
RETURN c.disabledAt AS disabledAt
