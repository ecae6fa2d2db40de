"""Looking ahead: what a request selects of a user, so that one statement reads all of it.

Fields below a user are read with it: pages of touchpoints by the response keys under which they are answered
(GraphQL makes sure that one response key has one set of arguments). All limits on sizes are here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
)
from graphql.execution.values import VariableValues

from api.gql.ids import read_touchpoint_cursor
from graph.errors import InputError
from graph.ingest.catalogue import EVENT_TYPES, GENERIC
from graph.profile.rows import EARLIEST, LATEST, PageRequest, Want, time_bound

LONGEST_PAGE: Final = 100
LONGEST_LIST: Final = 1_000
"""A page of people, who cost less than their histories."""
MOST_TOUCHPOINTS: Final = 2_000
"""In one field at the root, over all its users and pages."""

KINDS: Final = frozenset({entry.kind for entry in EVENT_TYPES} | {"page", "screen", "group", GENERIC})

_USER: Final = "User"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a plan knows of a field that it will answer: as much of the executor's information as is looked at."""

    field_nodes: Sequence[FieldNode]
    fragments: Mapping[str, FragmentDefinitionNode]
    schema: GraphQLSchema
    variable_values: VariableValues


Resolving: TypeAlias = GraphQLResolveInfo[Any] | Ahead


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected of a user; `page_keys` has each page's response key."""

    want: Want
    page_keys: tuple[str, ...]


def read_selection(
    info: Resolving,
    *path: str,
    clear: bool,
    users: int = 1,
    as_of: int | None = None,
    dealer: str | None = None,
) -> Selection:
    """What the field being resolved selects of the at most `users` users below it, at `path` (field names).

    With `as_of`, as it was believed then; with `dealer`, what this dealer may see.

    Raises InputError for a wrong cursor, an unknown kind, a page over 100, more touchpoints than 2,000, or one
    response key for different pages.
    """
    fields = list(_user_fields(info, path))
    pages: dict[str, PageRequest] = {}
    for node in fields:
        if node.name.value == "touchpoints":
            key = node.alias.value if node.alias else node.name.value
            page = _page_request(info, node)
            if (
                pages.setdefault(key, page) != page
            ):  # below two names of one list, so validation sees no conflict
                raise InputError(
                    f"`{key}` stands for two different pages.", remedy="Give each of them a name of its own."
                )
    names = {node.name.value for node in fields}
    asked = users * sum(page.first for page in pages.values())
    if asked > MOST_TOUCHPOINTS:
        raise InputError(
            f"The request asks for up to {asked} touchpoints at once; {MOST_TOUCHPOINTS} is the most.",
            remedy="Ask for fewer users or shorter pages.",
        )
    return Selection(
        want=Want(
            identifiers="identifiers" in names,
            vehicles="vehicles" in names,
            pages=tuple(pages.values()),
            clear=clear,
            golden="golden" in names,
            names="displayName" in names,
            record_ids=_selects_record_ids(info, fields),
            as_of=as_of,
            dealer=dealer,
        ),
        page_keys=tuple(pages),
    )


def page_size(first: int | None, *, longest: int = LONGEST_PAGE) -> int:
    """The size of a page; raises InputError for one that is not 1 to `longest`."""
    size = 20 if first is None else first
    if not 1 <= size <= longest:
        raise InputError(f"`first` is not 1 to {longest}.", remedy="Ask for the next page by `after`.")
    return size


def _selects_record_ids(info: Resolving, fields: list[FieldNode]) -> bool:
    profiles = [node for node in fields if node.name.value == "profiles"]
    return any(node.name.value == "recordId" for node in _fields(info, profiles))


def _user_fields(info: Resolving, path: tuple[str, ...]) -> Iterator[FieldNode]:
    nodes = list(info.field_nodes)
    for name in path:
        nodes = [n for n in _fields(info, nodes) if n.name.value == name]
    yield from _fields(info, nodes)


def _fields(info: Resolving, nodes: list[FieldNode]) -> Iterator[FieldNode]:
    seen: set[str] = set()
    for node in nodes:
        if node.selection_set is not None:
            yield from _selected(info, node.selection_set, seen)


def _selected(info: Resolving, selections: SelectionSetNode, seen: set[str]) -> Iterator[FieldNode]:
    for selection in selections.selections:
        if not included(selection, _variables(info)):
            continue
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _selected(info, selection.selection_set, seen)
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
            seen.add(selection.name.value)  # a second spread adds nothing, and may cost exponentially
            fragment = info.fragments[selection.name.value]
            yield from _selected(info, fragment.selection_set, seen)


def _variables(info: Resolving) -> VariableValues:
    """The coerced variables as graphql-core takes them; strawberry hands on the bare mapping."""
    given: Any = info.variable_values
    return given if isinstance(given, VariableValues) else VariableValues({}, given)


def included(node: Any, variables: VariableValues) -> bool:
    """Whether `@skip` and `@include` let a field or fragment stand."""
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, variables)
    if skip and skip["if"]:
        return False
    include = get_directive_values(GraphQLIncludeDirective, node, variables)
    return include is None or include["if"]


def _page_request(info: Resolving, node: FieldNode) -> PageRequest:
    user = info.schema.get_type(_USER)
    assert isinstance(user, GraphQLObjectType)  # noqa: S101 - the schema is ours
    given = get_argument_values(user.fields["touchpoints"], node, _variables(info))
    restrict: Mapping[str, Any] = given.get("filter") or {}
    before, after = LATEST, given.get("after")
    if restrict.get("until") is not None:
        before = time_bound(restrict["until"])
    if after is not None:
        before = min(before, read_touchpoint_cursor(after))
    since = EARLIEST if restrict.get("since") is None else time_bound(restrict["since"])
    return PageRequest(
        first=page_size(given.get("first")),
        since=since,
        before=before,
        kinds=read_kinds(restrict.get("kinds")),
        channel=restrict.get("channel"),
        resumed=after is not None,
    )


def read_kinds(given: list[str] | None) -> tuple[str, ...] | None:
    """Kinds of touchpoints, each once; None for all. Raises InputError for one that does not exist."""
    if given is None:
        return None
    unknown = sorted(set(given) - KINDS)
    if unknown:
        raise InputError(
            "`kinds` names a kind of touchpoint that does not exist.",
            remedy=f"Give some of {', '.join(sorted(KINDS))}.",
        )
    return tuple(dict.fromkeys(given))
