"""Standing facts in GraphQL: orders, consents, follow-ups."""
