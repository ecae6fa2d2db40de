"""Timelines in GraphQL."""
