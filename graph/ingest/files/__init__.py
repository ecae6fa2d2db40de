"""Files in: CSV and JSON Lines of people and of events, streamed through the same writer as HTTP."""
