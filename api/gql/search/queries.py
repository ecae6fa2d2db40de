"""Search at the root: two or three statements, whatever is typed and whoever is found."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import EDGES, describe_enum
from api.gql.profile.people import User, user_of
from api.gql.profile.queries import select_user
from api.gql.selection import page_size
from graph.search.service import Match

LONGEST_PAGE = 50

describe_enum(
    Match,
    {
        Match.NAME: "The name, in Chinese, pinyin or Latin letters, perhaps with a slip.",
        Match.EMAIL: "An e-mail address, whole or its local part.",
        Match.PHONE: "A whole phone number.",
        Match.LAST_DIGITS: "The last four digits of a phone number.",
        Match.VIN: "The VIN of a car that is theirs.",
        Match.PLATE: "A number plate.",
    },
    name="SearchMatch",
    description="Why somebody was found: what of them is like what was typed.",
)


@strawberry.type(description="A person found.")
class SearchEdge:
    """A hit; there is no cursor, for the order is that of how well people fit now."""

    node: User = strawberry.field(
        description="The person. A dealer finds its own people, by what it may see of them."
    )
    matched: Match = strawberry.field(description="What of the person fits best.")
    score: float = strawberry.field(description="How well, above 0.5 to 1; 1 is exactly.")


@strawberry.type(description="People found, those who fit best first.")
class SearchConnection:
    """The best hits; whoever is not among them types more."""

    edges: list[SearchEdge] = strawberry.field(description=EDGES)
    has_more: bool = strawberry.field(description="Whether more people fit: then type more of the name.")


@strawberry.type(name="Query")
class SearchQuery:
    """What can be searched."""

    @strawberry.field(
        description="People by what is remembered of them: a name in Chinese, pinyin or Latin letters, in any order "
        "and with a slip; an e-mail address or its local part; a whole phone or its last four digits; a VIN; a "
        "plate. At most 200 characters, at most 50 people; of those who fit alike, who was seen last comes first."
    )
    async def search(
        self,
        info: GqlInfo,
        query: Annotated[str, strawberry.argument(description="What was typed, 1 to 200 characters.")],
        first: Annotated[
            int | None, strawberry.argument(description="The most people, 1 to 50; null means 20.")
        ] = 10,
    ) -> SearchConnection:
        """Two or three statements."""
        size = page_size(first, longest=LONGEST_PAGE)
        selection = select_user(info, "edges", "node", users=size)
        hits, has_more = await info.context.services.search.search(
            query, first=size, want=selection.want, dealer=info.context.caller.dealer
        )
        if info.context.clear:
            info.context.disclosed.update(hit.user.one_id for hit in hits)
        edges = [SearchEdge(node=user_of(h.user, selection), matched=h.matched, score=h.score) for h in hits]
        return SearchConnection(edges=edges, has_more=has_more)
