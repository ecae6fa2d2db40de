"""Vehicles over time in GraphQL."""
