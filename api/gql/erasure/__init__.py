"""Erasing people in GraphQL."""
