"""Histories of people in groups: by calendar, channel, kind, campaign, content and dealer."""
