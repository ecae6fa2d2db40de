"""What stewards and other systems wait for: the queue, and who became who."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

import strawberry

from api.gql.context import GqlInfo
from api.gql.judgement.review import QueueQuery
from api.gql.judgement.shapes import IdentityChangeEdge, fed_of
from api.gql.scalars import Instant
from api.gql.subscription.following import AfterUpdate, Following
from graph.access.roles import Permission
from graph.feed.reader import cursor_of

PAGE: Final = 100

_OF_THE_QUEUE: Final = frozenset({"review", "judgement"})


@strawberry.type(description="The stewards' queue after it changed: ask it for its pages.")
class StewardQueueUpdate(QueueQuery):
    """The queue's own fields, read as it is now."""

    cursor: str = strawberry.field(description="Where to go on from, as `after`.")
    at: Instant | None = strawberry.field(
        description="When the latest change was committed; null in the first update without `after`."
    )


@strawberry.type(name="Subscription")
class StewardSubscription:
    """What changes of who is who."""

    @strawberry.subscription(
        description="The stewards' queue: first as it is now, then whenever who stands in it or where changes, or a "
        "judgement is made. With `after` only what changed since. Only for keys that may judge."
    )
    async def steward_queue_changed(
        self, info: GqlInfo, after: AfterUpdate = strawberry.UNSET
    ) -> AsyncGenerator[StewardQueueUpdate]:
        """Nothing but what is selected of the queue."""
        info.context.caller.require(Permission.JUDGE)
        following = Following(info, after)
        cursor = await following.cursor()
        async for entries in following.batches(at_once=True):
            found = [entry for entry in entries if entry.kind in _OF_THE_QUEUE]
            if entries:
                cursor = cursor_of(entries[-1].position)
            if found or not (entries or following.resumed):
                yield StewardQueueUpdate(cursor=cursor, at=Instant(found[-1].at) if found else None)

    @strawberry.subscription(
        description="Merges, splits and changes of founder in commit order, each once: as `identityChanges`, "
        "without end."
    )
    async def identity_changed(
        self, info: GqlInfo, after: AfterUpdate = strawberry.UNSET
    ) -> AsyncGenerator[IdentityChangeEdge]:
        """One statement for each hundred changes, and one a look."""
        feed = info.context.services.feed
        following = Following(info, after)
        cursor = await following.cursor()
        async for _ in following.batches(at_once=True):
            has_next = True
            while has_next:
                page = await feed.changes(after=cursor, first=PAGE)
                for fed in page.changes:
                    yield fed_of(fed)
                cursor, has_next = page.cursor, page.has_next
