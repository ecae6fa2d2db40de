"""OneID: evidence in, partition out (see docs/reference/resolve.md)."""
