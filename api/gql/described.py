"""Words of the schema that many types share, so that one thing is described once: pages, arguments, refusals.

Frontend developers read them in GraphiQL and in generated clients. Every element of the schema has a description, a
sentence or more (`tests/api/gql/test_descriptions.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Final, TypeAlias, TypeVar

import strawberry
from strawberry.types.enum import has_enum_definition

from api.gql.scalars import Instant

E = TypeVar("E", bound=Enum)

CURSOR: Final = "Opaque; as `after` of the same field, it goes on behind this one."
EDGES: Final = "What is on this page, in order; empty where nothing is."
NODE: Final = "What stands at this place."
PAGE_INFO: Final = "Where the next page begins."
MESSAGE: Final = "What is wrong, in English, for developers and logs. It never repeats a personal value."
REMEDY: Final = "What to do about it, in English."
IDEMPOTENCY_KEY: Final = (
    "1 to 128 visible ASCII characters, as a UUID: sent again by the same API key, it writes nothing and "
    "answers what was done first. Null or left out: each request is one of its own."
)

First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="The most on this page, 1 to 100; null means 20.")
]
After: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="An `endCursor` or `cursor` of the same field, to go on behind it. Null or left out "
        "begins at the start."
    ),
]
OneId: TypeAlias = Annotated[
    strawberry.ID,
    strawberry.argument(description="A person's OneID. A former one leads to whoever it is now."),
]
AsOf: TypeAlias = Annotated[
    Instant | None,
    strawberry.argument(
        description="What was believed at this time, which may not lie in the future; null or left out is "
        "now. Not for dealers."
    ),
]


def describe_enum(
    enum: type[E], values: Mapping[E, str], *, name: str, description: str, by_value: bool = False
) -> None:
    """Make an enum of the domain one of the schema, each value with its description.

    Values are named by their keys, or with `by_value` by their values. Raises ValueError where one has no description.
    """
    strawberry.enum(
        enum, name=name, description=description, graphql_name_from="value" if by_value else "key"
    )
    assert has_enum_definition(enum)  # noqa: S101 - the line before made it
    told = {value.value: text for value, text in values.items()}
    for value in enum.__strawberry_definition__.values:
        if value.value not in told:
            raise ValueError(f"{name}.{value.name} has no description")
        value.description = told[value.value]
