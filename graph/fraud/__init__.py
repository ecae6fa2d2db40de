"""Signs that a referral may not be honest, each with the way that shows it. For people: nothing here rejects."""
