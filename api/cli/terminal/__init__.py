"""`guanxi console` to type in, and what it shares with `--execute`: who is asked, and how answers are shown."""
