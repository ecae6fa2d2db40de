"""Programmes and referrals in GraphQL."""
