"""Probabilistic matching: a model trained without labels says how likely two records are one person."""
