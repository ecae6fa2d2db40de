"""Programmes and referrals over HTTP: `/v1/programmes`, `/v1/referrals`."""
