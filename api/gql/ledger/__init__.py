"""Rewards and the ledger in GraphQL."""
