"""Households and other groups in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.household.household import PersonsGroups
from api.gql.household.queries import HouseholdQuery
from api.gql.modules import Module
from api.gql.profile.people import User

MODULE: Final = Module(queries=(HouseholdQuery,), fields={User: PersonsGroups})
