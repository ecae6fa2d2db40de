"""Explanations of who is who in GraphQL."""
