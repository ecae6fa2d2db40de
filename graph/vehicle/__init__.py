"""Vehicles over time: who has them, and what happened to them."""
