"""What can be asked about why people are one or not: some four statements each, whatever is selected."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from api.gql.context import GqlInfo
from api.gql.described import AsOf
from api.gql.explanation.filled import how_of, weakest_of, why_not_of, why_of
from api.gql.explanation.shapes import How, WeakestLinks, Why, WhyNot
from api.gql.ids import parse_id
from api.gql.past import past
from graph.access.roles import Permission
from graph.explanation.model import Language

Ref: TypeAlias = Annotated[
    strawberry.ID,
    strawberry.argument(
        description="A person or a record: a oneId, a former one too, a profile id, or the opaque `id` of either."
    ),
]
InLanguage: TypeAlias = Annotated[
    Language, strawberry.argument(description="In which language the sentences are.")
]


@strawberry.type(name="Query")
class ExplanationQuery:
    """Explanations; an id is a oneId, a profile id, or the global id of a user or profile.

    With `asOf` they are of a time in the past: who was one person then is read as it was stored.
    """

    @strawberry.field(
        description="The path of evidence between two people or records, each by oneId or profile id; with `asOf`, "
        "whether they were one person then, by the decisions of then, and the evidence of it that was known then."
    )
    async def why(
        self,
        info: GqlInfo,
        a: Ref,
        b: Ref,
        language: InLanguage = Language.EN,
        as_of: AsOf = strawberry.UNSET,
    ) -> Why:
        """Three statements, five where a score is among the links."""
        explanations, clear = info.context.services.explanations, _clear(info)
        at = past(info, as_of)
        found = await explanations.why(_ref(a), _ref(b), language=language, clear=clear, as_of=at)
        _note(info, a, b)
        return why_of(found)

    @strawberry.field(
        description="What keeps two people or records apart, and which single changes would join them; with `asOf`, "
        "what kept them apart then."
    )
    async def why_not(
        self,
        info: GqlInfo,
        a: Ref,
        b: Ref,
        language: InLanguage = Language.EN,
        as_of: AsOf = strawberry.UNSET,
    ) -> WhyNot:
        """Four statements."""
        explanations, clear = info.context.services.explanations, _clear(info)
        at = past(info, as_of)
        found = await explanations.why_not(_ref(a), _ref(b), language=language, clear=clear, as_of=at)
        _note(info, a, b)
        return why_not_of(found)

    @strawberry.field(
        description="The steps that built a person, in order, and the decisions of all times about its records."
    )
    async def how(
        self,
        info: GqlInfo,
        one_id: Ref,
        language: InLanguage = Language.EN,
        as_of: AsOf = strawberry.UNSET,
    ) -> How:
        """Four statements, seven where scores are among the links."""
        explanations, clear = info.context.services.explanations, _clear(info)
        at = past(info, as_of)
        found = await explanations.how(_ref(one_id), language=language, clear=clear, as_of=at)
        _note(info, one_id)
        return how_of(found)

    @strawberry.field(description="The single removals of evidence that would split a person.")
    async def weakest_links(
        self, info: GqlInfo, one_id: Ref, language: InLanguage = Language.EN
    ) -> WeakestLinks:
        """Four statements."""
        explanations, clear = info.context.services.explanations, _clear(info)
        found = await explanations.weakest_links(_ref(one_id), language=language, clear=clear)
        _note(info, one_id)
        return weakest_of(found)


def _clear(info: GqlInfo) -> bool:
    """Whether the caller sees clear values. Raises ForbiddenError for one who may not ask about people at all."""
    info.context.caller.require(Permission.QUERY)
    return info.context.clear


def _note(info: GqlInfo, *asked: strawberry.ID) -> None:
    """Of whom it was asked, for the audit: after the answer, when these are known to be ids."""
    if info.context.clear:
        info.context.disclosed.update(map(_ref, asked))


def _ref(given: strawberry.ID) -> str:
    parsed = parse_id(given)
    return parsed[1] if parsed else given
