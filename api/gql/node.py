"""Relay's `Node`: whatever can be fetched again by its opaque id."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="Whatever can be fetched again by `node(id)`.")
class Node:
    """An opaque id, unique over all types."""

    id: strawberry.ID = strawberry.field(
        description="Opaque, and unique over all types: pass it back to `node`, and read nothing into it."
    )
