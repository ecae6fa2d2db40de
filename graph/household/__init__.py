"""Households and what else people share: fleets, consultants' numbers, devices. Never identity."""
