"""What resolvers know of the request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

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
    loaders: dict[type, Any] = field(default_factory=dict[type, Any])
    """Data loaders by their class: one of each a request."""

    @property
    def people(self) -> RelationshipView:
        """The relationship view."""
        return self.services.people


GqlInfo: TypeAlias = strawberry.Info[GqlContext, None]
