"""Judgements, previews and identity changes in GraphQL."""
