"""What resolvers know of the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import strawberry
from graphql import DocumentNode

from api.wiring import Services
from graph.access.roles import Caller
from graph.profile.service import RelationshipView


@dataclass(frozen=True, slots=True)
class GqlContext:
    """One request: who asks, what, and of whom."""

    caller: Caller
    services: Services
    document: DocumentNode

    @property
    def people(self) -> RelationshipView:
        """The relationship view."""
        return self.services.people


GqlInfo: TypeAlias = strawberry.Info[GqlContext, None]
