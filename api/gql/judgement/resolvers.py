"""Mutations and queries of judging: each mutation is one transaction, and answers a typed error or a judgement."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import After, First, OneId
from api.gql.judgement.shapes import (
    ChangeInput,
    Forbidden,
    IdentifierVerdict,
    IdentityChangeConnection,
    InvalidInput,
    Judgement,
    JudgementPayload,
    MarkInput,
    MergeConflict,
    MoveInput,
    NotFound,
    PairInput,
    PreviewOf,
    ReasonInput,
    SplitInput,
    UserNotFound,
    fed_of,
    judgement_of,
    obstacles_of,
    preview_of,
    recorded_of,
)
from api.gql.profile.touchpoints import PageInfo
from api.gql.selection import page_size
from graph.access.roles import Permission
from graph.errors import ForbiddenError, InputError, NotFoundError
from graph.judgement.model import (
    Change,
    Different,
    MarkShared,
    MarkWrong,
    MergeConflictError,
    Move,
    Retract,
    Same,
    Split,
    UserNotFoundError,
)

Reason: TypeAlias = Annotated[
    ReasonInput | None,
    strawberry.argument(description="Why, and a key that makes it safe to send again; both may be left out."),
]


@strawberry.type(name="Mutation")
class JudgementMutation:
    """What a steward can do about who is who."""

    @strawberry.mutation(description="The two are one person; refused where proven evidence forbids it.")
    async def confirm_same(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            PairInput, strawberry.argument(description="The two that are one.")
        ],
        reason: Reason = None,
    ) -> JudgementPayload:
        """One transaction."""
        return await _judge(info, Same(input.a, input.b), reason)

    @strawberry.mutation(description="The two are never one person, whatever evidence comes later.")
    async def confirm_different(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            PairInput, strawberry.argument(description="The two that differ.")
        ],
        reason: Reason = None,
    ) -> JudgementPayload:
        """One transaction."""
        return await _judge(info, Different(input.a, input.b), reason)

    @strawberry.mutation(description="Some profiles of a person are somebody else, and stay together.")
    async def split_user(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            SplitInput, strawberry.argument(description="Whom, and which profiles.")
        ],
        reason: Reason = None,
    ) -> JudgementPayload:
        """One transaction."""
        return await _judge(info, Split(input.one_id, tuple(input.profiles)), reason)

    @strawberry.mutation(description="A profile is not the person it is with, but another.")
    async def move_profile(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            MoveInput, strawberry.argument(description="Which profile, and where to.")
        ],
        reason: Reason = None,
    ) -> JudgementPayload:
        """One transaction."""
        return await _judge(info, Move(input.profile, input.to), reason)

    @strawberry.mutation(
        description="An identifier is not whose evidence says it is, or several people use it."
    )
    async def mark_identifier(
        self,
        info: GqlInfo,
        input: Annotated[  # noqa: A002 - the argument's name in the schema
            MarkInput, strawberry.argument(description="Which identifier, and what is wrong.")
        ],
        reason: Reason = None,
    ) -> JudgementPayload:
        """One transaction."""
        try:
            info.context.caller.require(Permission.JUDGE)
            change = _mark(input)
        except ForbiddenError as error:
            return Forbidden(message=error.message, remedy=error.remedy)
        except InputError as error:
            return InvalidInput(message=error.message, remedy=error.remedy)
        return await _judge(info, change, reason)

    @strawberry.mutation(description="A judgement is taken back: evidence decides again.")
    async def retract_judgement(
        self,
        info: GqlInfo,
        id: Annotated[  # noqa: A002 - the argument's name in the schema
            strawberry.ID, strawberry.argument(description="`id` of a `Judgement`.")
        ],
        reason: Reason = None,
    ) -> JudgementPayload:
        """One transaction."""
        return await _judge(info, Retract(id), reason)


@strawberry.type(name="Query")
class JudgementQuery:
    """What a steward can ask, and who is who as it changes."""

    @strawberry.field(
        description="What a change would do now, without doing it. Only for keys that may judge."
    )
    async def what_if(
        self,
        info: GqlInfo,
        change: Annotated[ChangeInput, strawberry.argument(description="The change to look at.")],
    ) -> PreviewOf:
        """Three to six statements."""
        info.context.caller.require(Permission.JUDGE)
        return preview_of(await info.context.services.judgements.what_if(_change(change)))

    @strawberry.field(
        description="Judgements about a person's profiles and identifiers, oldest first; null for a oneId that "
        "was never given. Only for keys that may judge."
    )
    async def judgements(self, info: GqlInfo, one_id: OneId) -> list[Judgement] | None:
        """One statement."""
        info.context.caller.require(Permission.JUDGE)
        found = await info.context.services.judgements.judgements(one_id)
        return None if found is None else [judgement_of(judged) for judged in found]

    @strawberry.field(
        description="Every merge, split, move and change of founder in commit order, at most 100 a page. Go on "
        "from `endCursor`, which an empty page has, too."
    )
    async def identity_changes(
        self, info: GqlInfo, first: First = 20, after: After = strawberry.UNSET
    ) -> IdentityChangeConnection:
        """One statement where the reader keeps up, twenty at most."""
        page = await info.context.services.feed.changes(after=after or None, first=page_size(first))
        edges = [fed_of(fed) for fed in page.changes]
        return IdentityChangeConnection(
            edges=edges,
            page_info=PageInfo(
                has_next_page=page.has_next,
                has_previous_page=bool(after),
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=page.cursor,
            ),
        )


async def _judge(info: GqlInfo, change: Change, reason: ReasonInput | None) -> JudgementPayload:
    given = reason or ReasonInput()
    try:
        info.context.caller.require(Permission.JUDGE)
        outcome = await info.context.services.judgements.judge(
            change,
            by=info.context.caller.key_id,
            why=given.why,
            idempotency_key=given.idempotency_key,
        )
    except ForbiddenError as error:
        return Forbidden(message=error.message, remedy=error.remedy)
    except UserNotFoundError as error:
        return UserNotFound(message=error.message, remedy=error.remedy, ref=strawberry.ID(error.ref))
    except MergeConflictError as error:
        obstacles = obstacles_of(error.conflicts)
        return MergeConflict(message=error.message, remedy=error.remedy, obstacles=obstacles)
    except NotFoundError as error:
        return NotFound(message=error.message, remedy=error.remedy)
    except InputError as error:
        return InvalidInput(message=error.message, remedy=error.remedy)
    return recorded_of(outcome)


def _mark(given: MarkInput) -> Change:
    if given.verdict is IdentifierVerdict.WRONG:
        if given.of is None:
            raise InputError("`of` is missing.", remedy="Say of which profile or person it is wrong.")
        return MarkWrong(given.of, given.namespace, given.value)
    if given.of is not None:
        raise InputError("SHARED speaks of everybody who holds it.", remedy="Leave `of` out.")
    return MarkShared(given.namespace, given.value)


def _change(given: ChangeInput) -> Change:
    if given.same:
        return Same(given.same.value.a, given.same.value.b)
    if given.different:
        return Different(given.different.value.a, given.different.value.b)
    if given.split:
        return Split(given.split.value.one_id, tuple(given.split.value.profiles))
    if given.move:
        return Move(given.move.value.profile, given.move.value.to)
    if given.mark:
        return _mark(given.mark.value)
    if given.retract:
        return Retract(given.retract.value)
    raise InputError("`change` names no change.", remedy="Give exactly one.")
