"""The user's relationship view: profiles, identifiers, touchpoints and vehicles of one person."""
