"""The arguments of pages, described once."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many at most, 1 to 100; 20 where it is left out.")
]
After: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="An `endCursor` of the page before; left out for the first page."),
]
