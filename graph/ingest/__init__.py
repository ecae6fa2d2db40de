"""Ingest: what sources send, accepted once, normalised, sealed, and written with the identity it implies."""
