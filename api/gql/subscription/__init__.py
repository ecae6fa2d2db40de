"""GraphQL subscriptions: what changes, as it changes."""
