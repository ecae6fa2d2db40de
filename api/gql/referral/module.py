"""Referrals in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.profile.people import User
from api.gql.referral.mutations import ReferralMutation
from api.gql.referral.persons import PersonsReferrals
from api.gql.referral.queries import ReferralQuery
from api.gql.referral.tooling import ToolingMutation
from api.gql.referral.tooling_queries import ToolingQuery

MODULE: Final = Module(
    queries=(ReferralQuery, ToolingQuery),
    mutations=(ReferralMutation, ToolingMutation),
    fields={User: PersonsReferrals},
)
