"""Tests of the console's door."""
