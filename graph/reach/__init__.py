"""Whom campaigns and contents reached. Reads only."""
