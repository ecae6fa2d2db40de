"""Timelines in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.profile.people import User
from api.gql.timeline.timeline import PersonsTimeline

MODULE: Final = Module(fields={User: PersonsTimeline})
