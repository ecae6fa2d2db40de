"""Answering plain values without a resolver call for each field.

A root field fetches everything below it at once, so what it returns is a tree of plain values. GraphQL's executor
spends 3–5 µs on each field of such a tree, most of it on arguments, awaitables and paths that plain values do not
have. Here a selection is turned once per request into a list of (response key, attribute, completion), and then
applied to each value. Whatever is not as expected (a null where none may be, a field with a resolver of its own) is
left to the stock executor, which knows all rules about errors. `test_plain.py` compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Final

from graphql import (
    GraphQLBoolean,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    is_abstract_type,
    is_leaf_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.base import get_object_definition

from api.gql.profile.holders import IdentifierHolders
from api.gql.profile.people import FormerUser, User, UserConnection, Vehicle
from api.gql.profile.records import Profile
from api.gql.profile.touchpoints import Touchpoint
from api.gql.shapes import Complete, NotPlainError

_PLAIN: Final = (User, UserConnection, IdentifierHolders, FormerUser, Profile, Vehicle, Touchpoint)
"""What root fields return."""

_AS_IS: Final = frozenset({GraphQLString.name, GraphQLID.name, GraphQLBoolean.name})

_RESOLVERS: Final[Mapping[tuple[str, str], Callable[[Any, str], Any]]] = {
    ("User", "touchpoints"): lambda user, key: user.pages[key],
}
"""Fields that have a resolver but are plain: their value by the response key."""


class PlainExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, with a short way for plain values."""

    suggests: ClassVar[bool] = False
    """Whether errors in variables name what may have been meant; those in documents are validation's."""

    @classmethod
    def build(cls, *given: Any, **named: Any) -> Any:
        """As graphql-core's, which strawberry does not tell to hide suggestions."""
        named["hide_suggestions"] = not cls.suggests
        return super().build(*given, **named)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """The value of an object: at once where it is plain."""
        if isinstance(result, _PLAIN):
            try:
                return self._object(return_type, field_details_list)(result)
            except Exception:  # noqa: S110 - whatever it is, the stock executor meets it again and tells it
                pass
        return super().complete_object_value(  # pyright: ignore[reportUnknownMemberType]
            return_type, field_details_list, info, path, result, position_context
        )

    def _object(self, type_: GraphQLObjectType, details: Any) -> Complete:
        """What turns a value of this type into what is selected of it."""
        steps = [
            (key, *self._field(type_, key, fields))
            for key, fields in self.collect_subfields(type_, details).grouped_field_set.items()
        ]

        def complete(value: Any) -> dict[str, Any]:
            return {key: finish(get(value)) for key, get, finish in steps}

        return complete

    def _field(
        self, type_: GraphQLObjectType, key: str, fields: Any
    ) -> tuple[Callable[[Any], Any], Complete]:
        name: str = fields[0].node.name.value
        if name == "__typename":
            return (lambda _: type_.name), _as_is
        field = type_.fields[name]
        definition = field.extensions["strawberry-definition"]
        by_key = _RESOLVERS.get((type_.name, name))
        if by_key is not None:
            return (lambda value: by_key(value, key)), self._value(field.type, fields)
        if definition.base_resolver is not None:
            raise NotPlainError
        return attrgetter(definition.python_name), self._value(field.type, fields)

    def _value(self, type_: Any, details: Any) -> Complete:
        if isinstance(type_, GraphQLNonNull):
            return _required(self._nullable(_inner(type_), details))
        finish = self._nullable(type_, details)
        if finish is _as_is:
            return finish
        return lambda value: None if value is None else finish(value)

    def _nullable(self, type_: Any, details: Any) -> Complete:
        if is_leaf_type(type_):
            return _as_is if type_.name in _AS_IS else type_.coerce_output_value
        if isinstance(type_, GraphQLList):
            item = self._value(_inner(type_), details)
            return lambda values: [item(value) for value in values]
        if isinstance(type_, GraphQLObjectType):
            return self._object(type_, details)
        if is_abstract_type(type_):
            return self._abstract(details)
        raise NotPlainError

    def _abstract(self, details: Any) -> Complete:
        known: dict[type[Any], Complete] = {}

        def complete(value: Any) -> Any:
            kind: type[Any] = value.__class__
            finish = known.get(kind)
            if finish is None:
                name = get_object_definition(value, strict=True).name
                runtime = self.schema.type_map[name]
                assert isinstance(runtime, GraphQLObjectType)  # noqa: S101 - a value is of an object type
                finish = known[kind] = self._object(runtime, details)
            return finish(value)

        return complete


class HelpfulExecutor(PlainExecutor):
    """The same for development."""

    suggests = True


def _inner(wrapper: Any) -> Any:
    return wrapper.of_type


def _as_is(value: Any) -> Any:
    return value


def _required(finish: Complete) -> Complete:
    def complete(value: Any) -> Any:
        if value is None:
            raise NotPlainError
        return finish(value)

    return complete
