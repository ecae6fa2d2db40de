"""What resolvers know of the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry
from graphql import DocumentNode

from api.wiring import Services
from graph.access.roles import Caller
from graph.profile.service import RelationshipView


async def allowed() -> None:
    """A request is over before anybody could revoke its key."""


@dataclass(frozen=True, slots=True)
class GqlContext:
    """One request: who asks, what, and of whom."""

    caller: Caller
    services: Services
    document: DocumentNode
    loaders: dict[type, Any] = field(default_factory=dict[type, Any])
    """Data loaders by their class: one of each a request."""
    still_allowed: Callable[[], Awaitable[None]] = allowed
    """Raises AccessError and its like once the caller may not ask any more: what lasts asks it again and again."""

    @property
    def people(self) -> RelationshipView:
        """The relationship view."""
        return self.services.people


GqlInfo: TypeAlias = strawberry.Info[GqlContext, None]
