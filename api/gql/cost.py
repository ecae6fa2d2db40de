"""What a request may cost: the most values that its answer can hold.

Every selected field counts one, times the lists it lies in: a list directly below a field with the argument `first` is
as long as `first` says, federation's `_entities` as long as its representations, any other list counts as ten. A
fragment is computed once for each page size that it is spread under, and numbers are capped, since fragments can nest
exponentially.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_operation_ast,
    is_composite_type,
)
from graphql.pyutils import Undefined

BASE: Final = 50
"""What any request costs: reading it, asking the database, answering."""

UNPAGED: Final = 10
"""How long a list without `first` is taken to be: people have a few phones, cars and profiles."""

MAX_COST: Final = 50_000
"""More than a page of 1,000 people with ten fields, or of 20 with a hundred touchpoints each."""

_SATURATED: Final = 10_000_000
_REMEMBERED: Final = 64
_PAGE: Final = "first"
_ENTITIES: Final = "_entities"
_REPRESENTATIONS: Final = "representations"
_ANY: Final = "_Any"


class Cost:
    """The cost of one valid document's operations, by their variables; for one event loop."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._document = document
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._known: dict[tuple[Any, ...], int] = {}

    def of(self, operation_name: str | None, variables: Mapping[str, Any]) -> int:
        """What the operation costs; wrong variables count as left out, since the request will fail by them."""
        operation = get_operation_ast(self._document, operation_name)
        assert operation is not None  # noqa: S101 - the caller has looked whether the name names one
        pages = _Pages(operation, variables)
        key = (operation_name, *pages.values)
        known = self._known.get(key)
        if known is None:
            root = self._schema.get_root_type(operation.operation)
            known = BASE + _Walk(self._schema, self._fragments, pages).of(
                operation.selection_set, root, UNPAGED
            )
            if len(self._known) < _REMEMBERED:
                self._known[key] = known
        return known


class _Pages:
    """The numbers among an operation's variables, and how many entities they represent: nothing else of them decides
    what it costs.
    """

    def __init__(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        self._numbers: dict[str, int] = {}
        for definition in operation.variable_definitions or ():
            name, default = definition.variable.name.value, definition.default_value
            given = variables.get(name)
            if given is None and name not in variables and isinstance(default, IntValueNode):
                given = int(default.value)
            elif given is None and name not in variables and isinstance(default, ListValueNode):
                given = list(default.values)
            if isinstance(given, int) and not isinstance(given, bool):
                self._numbers[name] = given
            elif isinstance(given, list) and _names_representations(definition.type):
                self._numbers[name] = len(cast("list[Any]", given))
        self.values = tuple(sorted(self._numbers.items()))

    def size(self, field: FieldNode, definition: GraphQLField) -> int | None:
        """How long a page of this field is; None where it has no pages."""
        argument = definition.args.get(_PAGE)
        if argument is None:
            return None
        given = next((a.value for a in field.arguments or () if a.name.value == _PAGE), None)
        size: Any = None if argument.default_value is Undefined else argument.default_value
        if isinstance(given, IntValueNode):
            size = int(given.value)
        elif isinstance(given, VariableNode):
            size = self._numbers.get(given.name.value, size)
        return max(1, size) if isinstance(size, int) else UNPAGED

    def entities(self, field: FieldNode) -> int:
        """How many entities this field of a federation's gateway asks for."""
        given = next((a.value for a in field.arguments or () if a.name.value == _REPRESENTATIONS), None)
        if isinstance(given, ListValueNode):
            return max(1, len(given.values))
        return max(1, self._numbers.get(given.name.value, 1)) if isinstance(given, VariableNode) else 1


class _Walk:
    """One computation over one operation."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], pages: _Pages
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._pages = pages
        self._known: dict[tuple[str, int], int] = {}

    def of(self, selections: SelectionSetNode, parent: Any, page: int) -> int:
        """A selection's cost, in an object whose lists are `page` long."""
        total = 0
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                total += self._of_field(selection, parent, page)
            elif isinstance(selection, InlineFragmentNode):
                total += self.of(selection.selection_set, self._condition(selection, parent), page)
            elif isinstance(selection, FragmentSpreadNode):
                total += self._of_fragment(selection.name.value, page)
        return min(total, _SATURATED)

    def _of_fragment(self, name: str, page: int) -> int:
        known = self._known.get((name, page))
        if known is None:
            fragment = self._fragments[name]
            known = self.of(fragment.selection_set, self._condition(fragment, None), page)
            self._known[(name, page)] = known
        return known

    def _of_field(self, field: FieldNode, parent: Any, page: int) -> int:
        definition: GraphQLField | None = getattr(parent, "fields", {}).get(field.name.value)
        if definition is None:  # __typename and its like
            return 1
        type_ = _type_of(definition)
        length = self._pages.entities(field) if field.name.value == _ENTITIES else page
        times = length ** _lists(type_)
        if field.selection_set is None:
            return min(times, _SATURATED)
        longest = self._pages.size(field, definition) or UNPAGED
        below = self.of(field.selection_set, get_named_type(type_), longest)
        return min(times * (1 + below), _SATURATED)

    def _condition(self, fragment: InlineFragmentNode | FragmentDefinitionNode, parent: Any) -> Any:
        named = fragment.type_condition
        found = self._schema.get_type(named.name.value) if named else parent
        return found if is_composite_type(found) else parent


def _lists(type_: Any) -> int:
    """How many lists a field's type is wrapped in."""
    count = 0
    while isinstance(type_, GraphQLList | GraphQLNonNull):
        count += isinstance(type_, GraphQLList)
        type_ = _inner(type_)
    return count


def _names_representations(type_: Any) -> bool:
    """Whether a variable's type, as a document writes it, is federation's `_Any` in lists."""
    while isinstance(type_, ListTypeNode | NonNullTypeNode):
        type_ = type_.type
    return isinstance(type_, NamedTypeNode) and type_.name.value == _ANY


def _type_of(definition: Any) -> Any:
    return definition.type


def _inner(wrapper: Any) -> Any:
    return wrapper.of_type
