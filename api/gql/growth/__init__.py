"""Growth by referrals in GraphQL."""
