"""What can be asked about who is tied to whom: one statement a level, and one more where people are selected."""

from __future__ import annotations

from typing import Annotated, Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.network.shapes import Neighbourhood, Path, neighbourhood_of, path_of
from api.gql.selection import page_size
from graph.errors import InputError
from graph.network.repository import NetworkRepository
from graph.network.walk import find_neighbourhood, find_path

LONGEST_PATH: Final = 6
DEEPEST: Final = 2


@strawberry.type(name="Query")
class NetworkQuery:
    """Fields at the root."""

    @strawberry.field(
        description="A shortest path between two people over present identifiers and groups, and vehicles that both "
        "drive or drove. What more than 20 ever shared ties nobody. Null where one of the two is not there. "
        "Not for dealers. At most one statement for each tie of `longest`."
    )
    async def path(
        self,
        info: GqlInfo,
        start: Annotated[
            strawberry.ID, strawberry.argument(description="OneID of the one, a former one too.")
        ],
        end: Annotated[
            strawberry.ID, strawberry.argument(description="OneID of the other, a former one too.")
        ],
        longest: Annotated[
            int, strawberry.argument(description="The most ties that the path may have, 1 to 6.")
        ] = LONGEST_PATH,
    ) -> Path | None:
        """At most `longest` statements."""
        _require("longest", longest, LONGEST_PATH)
        found = await find_path(_repository(info).near, start, end, longest=longest)
        return path_of(found) if found else None

    @strawberry.field(
        description="Who is around a person, nearest first, and what ties them: as `path` walks. Null where the "
        "person is not there. Not for dealers. One statement for each level of `depth`."
    )
    async def neighbourhood(
        self,
        info: GqlInfo,
        one_id: Annotated[strawberry.ID, strawberry.argument(description="OneID, a former one too.")],
        depth: Annotated[
            int, strawberry.argument(description="How many ties away people may be, 1 or 2.")
        ] = 1,
        first: Annotated[
            int | None, strawberry.argument(description="The most people, the person included, 1 to 100.")
        ] = 50,
    ) -> Neighbourhood | None:
        """At most `depth` statements."""
        _require("depth", depth, DEEPEST)
        found = await find_neighbourhood(_repository(info).near, one_id, depth=depth, first=page_size(first))
        return neighbourhood_of(found) if found else None


def _repository(info: GqlInfo) -> NetworkRepository:
    return NetworkRepository(info.context.services.database)


def _require(name: str, value: int, most: int) -> None:
    """Raises InputError for what is not 1 to `most`."""
    if not 1 <= value <= most:
        raise InputError(f"`{name}` is not 1 to {most}.", remedy="Ask for less; a walk is bounded.")
