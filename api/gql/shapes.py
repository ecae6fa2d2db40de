"""Writing views of people down as a selection asks for them.

A selection is turned once into functions from a view to JSON: for each field how its value is got, and how it is
written. What can be selected is in the tables below; a field that is not there is left to the executor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLID,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    InlineFragmentNode,
    SelectionSetNode,
    is_abstract_type,
    is_leaf_type,
)
from strawberry.types.base import get_object_definition

from api.gql.ids import global_id, touchpoint_cursor, user_cursor
from api.gql.profile.people import VEHICLE, user_id
from api.gql.profile.records import PROFILE
from api.gql.profile.touchpoints import BY_KIND, kind_of, own_alias, touchpoint_id
from api.gql.scalars import amount_of, money_of
from graph.profile.rows import TouchpointRow
from graph.profile.view import TouchpointPage, UserView, details_of

Complete = Callable[[Any], Any]
Nodes = list[FieldNode]
Getters = Mapping[str, Complete]


class NotPlainError(Exception):
    """This is for the stock executor."""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of `users`."""

    views: Sequence[UserView]
    has_next: bool
    resumed: bool


def _people_page_info(page: PeoplePage) -> dict[str, Any]:
    views = page.views
    return _page_info(page, views and user_cursor(views[0].one_id), views and user_cursor(views[-1].one_id))


def _touchpoint_page_info(page: TouchpointPage) -> dict[str, Any]:
    rows = page.touchpoints
    return _page_info(page, rows and touchpoint_cursor(rows[0].at), rows and touchpoint_cursor(rows[-1].at))


def _page_info(page: PeoplePage | TouchpointPage, start: Any, end: Any) -> dict[str, Any]:
    return {
        "has_next_page": page.has_next,
        "has_previous_page": page.resumed,
        "start_cursor": start or None,
        "end_cursor": end or None,
    }


def _itself(value: Any) -> Any:
    return value


def _member(name: str) -> Complete:
    return lambda value: value[name]


def _all(*names: str) -> dict[str, Complete]:
    return {name: attrgetter(name) for name in names}


_TOUCHPOINT: Final[Getters] = {
    "id": touchpoint_id,
    "amount": lambda row: amount_of(row.amount_minor, row.currency),
    "price": lambda row: money_of(row.amount_minor, row.currency),
    **_all("occurred_at", "received_at", "event", "channel", "campaign", "dealer", "consultant"),
    **_all("model", "content", "duration_seconds", "currency"),
    "kind": kind_of,
}

_TABLES: Final[Mapping[str, Getters]] = {
    "UserConnection": {"edges": attrgetter("views"), "page_info": _people_page_info},
    "UserEdge": {"cursor": lambda view: user_cursor(view.one_id), "node": _itself},
    "User": {
        "id": user_id,
        **_all("one_id", "display_name", "first_seen_at", "last_seen_at", "as_of"),
        **_all("profiles", "identifiers", "vehicles"),
    },
    "Profile": {
        "id": lambda view: global_id(PROFILE, view.id),
        **_all("source", "record_id"),
    },
    "Identifier": _all("namespace", "scope", "value", "trusted"),
    "Vehicle": {
        "id": lambda view: global_id(VEHICLE, view.key),
        **_all("vin", "model", "role"),
    },
    "TouchpointConnection": {"edges": attrgetter("touchpoints"), "page_info": _touchpoint_page_info},
    "TouchpointEdge": {"cursor": lambda row: touchpoint_cursor(row.at), "node": _itself},
    "PageInfo": {
        name: _member(name) for name in ("has_next_page", "has_previous_page", "start_cursor", "end_cursor")
    },
}
"""How each field's value is got from a view, by GraphQL type and the field's name in Python."""

_KIND_NAMES: Final = {kind: get_object_definition(type_, strict=True).name for kind, type_ in BY_KIND.items()}
_KIND_OF_NAME: Final = {name: kind for kind, name in _KIND_NAMES.items()}

_WAYS: Final = frozenset({"edges", "node"})
"""The way to the people of a page."""

_AS_IS: Final = frozenset({GraphQLString.name, GraphQLID.name, GraphQLBoolean.name})


class Shapes:
    """Turns the selections of one document into functions."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        stands: Callable[[Any], bool],
    ) -> None:
        """`stands` says whether directives let a field or fragment stand."""
        self._schema = schema
        self._fragments = fragments
        self._stands = stands

    def of(self, type_name: str, nodes: Nodes) -> Complete:
        """What writes a value of this object type down as these fields select it.

        Raises NotPlainError, then and now, for what the executor is to answer.
        """
        type_ = self._schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - the tables name object types
        return self._object(type_, nodes)

    def _object(self, type_: GraphQLObjectType, nodes: Nodes) -> Complete:
        selections = [node.selection_set for node in nodes if node.selection_set is not None]
        pages = ways = 0
        steps: list[tuple[str, Complete, bool]] = []
        for key, found in collected(type_, selections, self._fragments, self._stands, self._schema):
            name = found[0].name.value
            if name == "__typename":
                steps.append((key, lambda _: type_.name, False))
                continue
            ways += name in _WAYS
            if ways > 1:  # the pages of both would be read as one
                raise NotPlainError
            declared = type_.fields[name].type
            required = isinstance(declared, GraphQLNonNull)
            if type_.name == "User" and name == "touchpoints":
                get, pages = _page(pages), pages + 1
            else:
                get = _getter(type_, name)
            steps.append((key, _joined(get, self._value(declared, found)), required))

        def complete(value: Any) -> dict[str, Any]:
            written: dict[str, Any] = {}
            for key, write, required in steps:
                found = write(value)
                if found is None and required:
                    raise NotPlainError
                written[key] = found
            return written

        return complete

    def _value(self, type_: Any, nodes: Nodes) -> Complete | None:
        """What writes a value of this type down; None where it is written as it is."""
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if is_leaf_type(type_):
            return None if type_.name in _AS_IS else type_.coerce_output_value
        if isinstance(type_, GraphQLList):
            return self._list(type_.of_type, nodes)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        if isinstance(type_, GraphQLObjectType):
            return self._object(type_, nodes)
        if is_abstract_type(type_) and type_.name == "Touchpoint":
            return self._touchpoint(nodes)
        raise NotPlainError

    def _list(self, type_: Any, nodes: Nodes) -> Complete:
        item = self._value(type_, nodes)
        if item is None or not isinstance(type_, GraphQLNonNull):
            raise NotPlainError
        return lambda values: [item(value) for value in values]

    def _touchpoint(self, nodes: Nodes) -> Complete:
        known: dict[str, Complete] = {}

        def complete(row: TouchpointRow) -> Any:
            kind = kind_of(row)
            write = known.get(kind)
            if write is None:
                write = known[kind] = self.of(_KIND_NAMES[kind], nodes)
            return write(row)

        return complete


def _page(number: int) -> Complete:
    """The pages of a person were read in the order in which they are selected."""
    return lambda view: view.pages[number]


def _getter(type_: GraphQLObjectType, name: str) -> Complete:
    python_name: str = type_.fields[name].extensions["strawberry-definition"].python_name
    kind = _KIND_OF_NAME.get(type_.name)
    if kind is None:
        get = _TABLES.get(type_.name, {}).get(python_name)
    else:
        get = _TOUCHPOINT.get(python_name) or _own(own_alias(kind, python_name))
    if get is None:
        raise NotPlainError
    return get


def _own(alias: str | None) -> Complete | None:
    return None if alias is None else lambda row: details_of(row).get(alias)


def _joined(get: Complete, write: Complete | None) -> Complete:
    if write is None:
        return get

    def joined(value: Any) -> Any:
        found = get(value)
        return None if found is None else write(found)

    return joined


def collected(
    type_: GraphQLObjectType,
    selections: Iterable[SelectionSetNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    stands: Callable[[Any], bool],
    schema: GraphQLSchema,
) -> list[tuple[str, Nodes]]:
    """The fields that are selected of an object type, by response key, in the order of the answer."""
    found: dict[str, Nodes] = {}
    seen: set[str] = set()

    def applies(fragment: InlineFragmentNode | FragmentDefinitionNode) -> bool:
        if fragment.type_condition is None:
            return True
        condition = schema.type_map.get(fragment.type_condition.name.value)
        return condition is type_ or (
            isinstance(condition, GraphQLInterfaceType) and schema.is_sub_type(condition, type_)
        )

    def walk(selection_set: SelectionSetNode) -> None:
        for selection in selection_set.selections:
            if not stands(selection):
                continue
            if isinstance(selection, FieldNode):
                found.setdefault((selection.alias or selection.name).value, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                if applies(selection):
                    walk(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                if applies(fragments[selection.name.value]):
                    walk(fragments[selection.name.value].selection_set)

    for selection_set in selections:
        walk(selection_set)
    return list(found.items())
