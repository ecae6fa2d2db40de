"""Referrals in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.profile.people import User
from api.gql.referral.mutations import ReferralMutation
from api.gql.referral.persons import PersonsReferrals
from api.gql.referral.queries import ReferralQuery

MODULE: Final = Module(
    queries=(ReferralQuery,), mutations=(ReferralMutation,), fields={User: PersonsReferrals}
)
