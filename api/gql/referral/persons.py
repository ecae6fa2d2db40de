"""What referrals add to a person: those that they made, and those that they came by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import strawberry
from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext, GqlInfo
from api.gql.profile.people import User
from api.gql.referral.shapes import Referral, referral_of
from graph.referral import service
from graph.referral.service import ReferralService

MOST: Final = 100

Found = list[tuple[bool, service.Referral]]


class ReferralLoader:
    """The referrals of all people of one request, in one statement."""

    def __init__(self, context: GqlContext) -> None:
        self.service: ReferralService = context.services.referrals
        self._referrals: DataLoader[str, Found] = DataLoader(load_fn=self._read)

    async def of(self, one_id: str) -> Found:
        """The newest referrals of a user, each with whether they made it."""
        return await self._referrals.load(one_id)

    async def _read(self, one_ids: list[str]) -> Sequence[Found]:
        found = await self.service.of_people(one_ids, most=MOST)
        return [found[one_id] for one_id in one_ids]


def loader_of(context: GqlContext) -> ReferralLoader:
    """The request's loader, made at first need."""
    if ReferralLoader not in context.loaders:
        context.loaders[ReferralLoader] = ReferralLoader(context)
    return context.loaders[ReferralLoader]


async def made_referrals(root: strawberry.Parent[User], info: GqlInfo) -> list[Referral]:
    """One statement for all people of a request."""
    return await _of(root, info, made=True)


async def received_referrals(root: strawberry.Parent[User], info: GqlInfo) -> list[Referral]:
    """Read together with those made."""
    return await _of(root, info, made=False)


async def _of(user: User, info: GqlInfo, *, made: bool) -> list[Referral]:
    if user.as_of:
        return []
    found = await loader_of(info.context).of(user.one_id)
    return [referral_of(one) for own, one in found if own is made]


@strawberry.type(description="What referrals add to a person.")
class PersonsReferrals:
    """Fields of `User`."""

    made_referrals: list[Referral] = strawberry.field(
        resolver=made_referrals,
        description="Referrals by which the person brought somebody, newest first, among the person's newest 100; "
        "empty where `asOf` was given. One statement for all people. Not for dealers.",
    )
    received_referrals: list[Referral] = strawberry.field(
        resolver=received_referrals,
        description="Referrals by which the person was brought, newest first, among the person's newest 100; empty "
        "where `asOf` was given. Not for dealers.",
    )
