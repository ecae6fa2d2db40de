"""Who brought whom: chains of first referrers, the people below a person, and what they are worth. Reads only."""
