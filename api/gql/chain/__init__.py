"""Chains of referrals in GraphQL."""
