"""How a referral programme grows: K, cycle time, steps, generations, with intervals; and leaderboards. Reads only."""
