"""GraphQL of the relationship view."""
