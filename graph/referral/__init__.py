"""Referral programmes: their terms, codes, what a referral has come to, who gets the credit, and chains.

Pure.
"""
