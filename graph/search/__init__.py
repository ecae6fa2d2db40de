"""Search for people by what somebody remembers of them."""
