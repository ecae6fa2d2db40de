"""Dealers' and consultants' desks: whose people are where on their way, and what is due. Reads only."""
