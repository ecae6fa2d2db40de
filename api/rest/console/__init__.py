"""The console's door."""
