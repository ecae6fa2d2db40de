"""Orders, consents and follow-ups in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.profile.people import User
from api.gql.standing.people import PersonsStanding

MODULE: Final = Module(fields={User: PersonsStanding})
