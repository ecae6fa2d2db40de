"""Desks in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.desk.queries import DeskQuery
from api.gql.desk.relations import PersonsDealers
from api.gql.desk.subscriptions import DeskSubscription
from api.gql.modules import Module
from api.gql.profile.people import User

MODULE: Final = Module(queries=(DeskQuery,), subscriptions=(DeskSubscription,), fields={User: PersonsDealers})
