"""A person, whenever something of them changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import OneId
from api.gql.profile.people import User, user_of
from api.gql.profile.queries import select_user
from api.gql.scalars import Instant
from api.gql.subscription.following import AfterUpdate, Following
from graph.errors import NotFoundError
from graph.feed.reader import cursor_of
from graph.feed.tail import Entry


@strawberry.type(description="A person after something of them changed.")
class UserUpdate:
    """The present state, not the change: what came meanwhile is in it."""

    cursor: str = strawberry.field(description="Where to go on from, as `after`.")
    at: Instant | None = strawberry.field(
        description="When the latest change was committed; null in the first update without `after`."
    )
    by: str | None = strawberry.field(
        description="The latest change's kind of write: `ingest`, `judgement`, `match`, `household`, `erasure` …."
    )
    user: User | None = strawberry.field(
        description="The person now; null once nobody is left whom the oneId leads to, which ends the subscription."
    )


@strawberry.type(name="Subscription")
class UserSubscription:
    """What changes of a person."""

    @strawberry.subscription(
        description="The person a oneId leads to: first as they are now, then whenever something of them changes: "
        "evidence, touchpoints, who belongs to them, their household. Several changes that came together are told "
        "once. With `after`, a cursor of an earlier update, only what changed since. A dealer is told what it "
        "sees, first as it is and then whenever that is different; `at` and `by` are null."
    )
    async def user_changed(
        self, info: GqlInfo, one_id: OneId, after: AfterUpdate = strawberry.UNSET
    ) -> AsyncGenerator[UserUpdate]:
        """One statement for each update besides the user's own."""
        selection = select_user(info, "user")
        people = info.context.people
        following = Following(info, after)
        cursor = await following.cursor()  # before the person is read, so that nothing between is missed
        dealer = info.context.caller.dealer
        members = await people.members(one_id, dealer=dealer)
        if members is None:
            raise NotFoundError("There is no person of this oneId.", remedy="Give a oneId as it came.")
        latest, shown, told = None, None, False
        async for entries in following.batches(at_once=True):
            if entries:
                latest = _latest(entries, *members)
                cursor = cursor_of(entries[-1].position)
            if latest is None and (entries or (following.resumed and dealer is None)):
                continue
            members = await people.members(one_id, dealer=dealer)
            view = await people.user(one_id, selection.want) if members else None
            if dealer is not None:
                # What another dealer did is no news, and neither are its time and kind.
                latest = None
                if told and view == shown and members is not None:
                    continue
                shown, told = view, True
            info.context.loaders.clear()  # what they read is of the update before
            yield UserUpdate(
                cursor=cursor,
                at=Instant(latest.at) if latest else None,
                by=latest.kind if latest else None,
                user=user_of(view, selection) if view else None,
            )
            if members is None:
                return


def _latest(entries: tuple[Entry, ...], one_id: str, profile_ids: frozenset[str]) -> Entry | None:
    """The last entry that concerns the person."""
    for entry in reversed(entries):
        if one_id in entry.one_ids or not profile_ids.isdisjoint(entry.profile_ids):
            return entry
    return None
