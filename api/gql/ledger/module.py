"""The ledger in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.ledger.mutations import LedgerMutation
from api.gql.ledger.persons import PersonsRewards
from api.gql.ledger.queries import LedgerQuery
from api.gql.modules import Module
from api.gql.profile.people import User

MODULE: Final = Module(queries=(LedgerQuery,), mutations=(LedgerMutation,), fields={User: PersonsRewards})
