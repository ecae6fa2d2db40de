"""Paths and neighbourhoods in GraphQL."""
