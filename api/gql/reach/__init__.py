"""Reach of campaigns and contents in GraphQL."""
