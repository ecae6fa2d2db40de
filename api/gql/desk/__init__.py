"""Desks in GraphQL."""
