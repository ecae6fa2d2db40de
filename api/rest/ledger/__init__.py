"""The ledger and rewards over HTTP: `/v1/ledger`, `/v1/rewards`."""
