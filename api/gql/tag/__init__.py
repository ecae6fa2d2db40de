"""Tags in GraphQL."""
