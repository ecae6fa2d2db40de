"""What stands of a person's history: orders, consents, follow-ups. Pure rules, and the reading of their rows."""
