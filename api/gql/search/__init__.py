"""Search, in GraphQL."""
