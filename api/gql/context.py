"""What resolvers know of the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry
from graphql import DocumentNode

from api.wiring import Services
from graph.access.purpose import Purpose
from graph.access.roles import Caller, Permission
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
    purpose: Purpose | None = None
    """What the request is for, where it says so."""
    disclosed: set[str] = field(default_factory=set[str])
    """Of whom something was opened, for the audit: oneIds, and ids of profiles."""

    @property
    def clear(self) -> bool:
        """Whether identifiers are shown in the clear: to a role that may see them, for a stated purpose."""
        return self.purpose is not None and self.caller.may(Permission.CLEAR_IDENTIFIERS)

    @property
    def people(self) -> RelationshipView:
        """The relationship view, which notes of whom it opens something."""
        people = self.services.people
        return people.noting(self.disclosed) if self.clear else people


GqlInfo: TypeAlias = strawberry.Info[GqlContext, None]
