"""Erasing people: profile by profile, with their keys, suppressed against coming back."""
