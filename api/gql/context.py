"""What resolvers know of the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import strawberry
from graphql import DocumentNode

from graph.access.roles import Caller
from graph.profile.service import RelationshipView


@dataclass(frozen=True, slots=True)
class GqlContext:
    """One request: who asks, what, and of whom."""

    caller: Caller
    people: RelationshipView
    document: DocumentNode


GqlInfo: TypeAlias = strawberry.Info[GqlContext, None]
