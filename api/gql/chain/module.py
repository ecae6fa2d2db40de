"""Chains of referrals in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.chain.people import PersonsChains
from api.gql.chain.queries import ChainQuery
from api.gql.modules import Module
from api.gql.profile.people import User

MODULE: Final = Module(queries=(ChainQuery,), fields={User: PersonsChains})
