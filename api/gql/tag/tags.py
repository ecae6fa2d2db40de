"""Tags: a person's, and the mutations that give and take them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeAlias

import strawberry
from strawberry.dataloader import DataLoader

from api.gql.context import GqlContext, GqlInfo
from api.gql.profile.people import User
from api.gql.scalars import Instant
from graph.access.roles import Permission
from graph.errors import ForbiddenError, InputError, NotFoundError
from graph.tag import service
from graph.tag.service import TagService


@strawberry.type(description="A tag that a person was given by hand. Not for dealers.")
class Tag:
    """A standing tag."""

    name: str = strawberry.field(description="The word, as it was given.")
    by: str = strawberry.field(description="Id of the key that gave it.")
    since: Instant = strawberry.field(description="Since when it stands.")
    why: str | None = strawberry.field(
        description="The reason given; null unless the key sees personal values in the clear, and in what mutations "
        "answer."
    )


@strawberry.input(description="A person, and the tag to give.")
class TagUserInput:
    """A tag to give."""

    one_id: strawberry.ID = strawberry.field(description="OneID of the person, a former one too.")
    tag: str = strawberry.field(
        description="1 to 64 letters, digits, spaces, dots, hyphens and underscores, without five digits in a row: it "
        "is stored in the clear, so it names nobody."
    )
    why: str = strawberry.field(description="The reason, at most 1,000 characters; stored sealed.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Makes it safe to send again: a key used before writes nothing."
    )


@strawberry.input(description="A person, and the tag to take off.")
class UntagUserInput:
    """A tag to take back."""

    one_id: strawberry.ID = strawberry.field(description="OneID of the person, a former one too.")
    tag: str = strawberry.field(description="The tag's name.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Makes it safe to send again, as taking back is anyway."
    )


@strawberry.type(description="The person's tags as they stand now.")
class UserTagged:
    """Success."""

    one_id: strawberry.ID = strawberry.field(description="The person's present OneID.")
    tags: list[Tag] = strawberry.field(description="All standing tags, by name.")
    repeated: bool = strawberry.field(description="True where it was so before: nothing was written.")


@strawberry.interface(name="TagError", description="Why nothing was written.")
class Refused:
    """What every error says."""

    message: str = strawberry.field(description="What is wrong.")
    remedy: str = strawberry.field(description="What to do.")


@strawberry.type(description="The oneId leads to nobody.")
class TagUserNotFound(Refused):
    """An unknown id."""


@strawberry.type(description="The key may not judge, so it may not tag.")
class TagForbidden(Refused):
    """A key of another role."""


@strawberry.type(description="What was sent cannot be taken.")
class TagInvalid(Refused):
    """A mistake of the caller."""


TagPayload: TypeAlias = Annotated[
    UserTagged | TagUserNotFound | TagForbidden | TagInvalid,
    strawberry.union("TagPayload", description="The person's tags afterwards, or why nothing was changed."),
]


@strawberry.type(name="Mutation")
class TagMutation:
    """What can be done to tags."""

    @strawberry.mutation(
        description="Tag a person by hand. The tag stands on the founder's profile and goes with it through merges and "
        "splits. Who has it already keeps it as it was given first. For stewards and admins."
    )
    async def tag_user(
        self,
        info: GqlInfo,
        input: Annotated[TagUserInput, strawberry.argument(description="Whom, what and why.")],  # noqa: A002 - the argument's name in the schema
    ) -> TagPayload:
        """Four statements; needs the permission to judge."""
        by = info.context.caller.key_id
        return await _told(
            info,
            lambda tags: tags.tag(
                input.one_id, input.tag, why=input.why, by=by, idempotency_key=input.idempotency_key
            ),
        )

    @strawberry.mutation(
        description="Take a tag off a person, on whichever of their profiles it stands; twice is harmless. For "
        "stewards and admins."
    )
    async def untag_user(
        self,
        info: GqlInfo,
        input: Annotated[UntagUserInput, strawberry.argument(description="Whom and what.")],  # noqa: A002 - the argument's name in the schema
    ) -> TagPayload:
        """Four statements; needs the permission to judge."""
        by = info.context.caller.key_id
        return await _told(
            info,
            lambda tags: tags.untag(input.one_id, input.tag, by=by, idempotency_key=input.idempotency_key),
        )


class TagLoader:
    """The tags of all people of one request, in one statement."""

    def __init__(self, context: GqlContext) -> None:
        self.service = service_of(context)
        self._clear = context.clear
        self._tags: DataLoader[str, tuple[service.Tag, ...]] = DataLoader(load_fn=self._read)

    async def tags(self, one_id: str) -> tuple[service.Tag, ...]:
        """The person's standing tags, opened where the caller sees the clear."""
        return await self._tags.load(one_id)

    async def _read(self, one_ids: list[str]) -> Sequence[tuple[service.Tag, ...]]:
        found = await self.service.tags(one_ids, clear=self._clear)
        return [found[one_id] for one_id in one_ids]


def loader_of(context: GqlContext) -> TagLoader:
    """The request's loader, made at first need."""
    if TagLoader not in context.loaders:
        context.loaders[TagLoader] = TagLoader(context)
    return context.loaders[TagLoader]


def service_of(context: GqlContext) -> TagService:
    """The service, which keeps nothing."""
    services = context.services
    return TagService(services.database, keyring=services.keyring, clock=services.clock)


async def user_tags(root: strawberry.Parent[User], info: GqlInfo) -> list[Tag]:
    """One statement for all people of a request."""
    if root.as_of:
        return []
    found = await loader_of(info.context).tags(root.one_id)
    if any(tag.why is not None for tag in found):
        info.context.disclosed.add(root.one_id)
    return [_tag_of(tag) for tag in found]


@strawberry.type(description="What tags add to a person.")
class PersonsTags:
    """Fields of `User`."""

    tags: list[Tag] = strawberry.field(
        resolver=user_tags,
        description="Tags given by hand that stand, by name; empty where `asOf` was given. One statement for all "
        "people. Not for dealers.",
    )


def _tag_of(tag: service.Tag) -> Tag:
    return Tag(name=tag.name, by=tag.by, since=Instant(tag.since), why=tag.why)


async def _told(info: GqlInfo, work: Callable[[TagService], Awaitable[service.Tagged]]) -> TagPayload:
    try:
        info.context.caller.require(Permission.JUDGE)
        done = await work(service_of(info.context))
    except ForbiddenError as error:
        return TagForbidden(message=error.message, remedy=error.remedy)
    except NotFoundError as error:
        return TagUserNotFound(message=error.message, remedy=error.remedy)
    except InputError as error:
        return TagInvalid(message=error.message, remedy=error.remedy)
    return UserTagged(
        one_id=strawberry.ID(done.one_id),
        tags=[_tag_of(tag) for tag in done.tags],
        repeated=done.repeated,
    )
