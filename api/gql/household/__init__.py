"""Households in GraphQL."""
