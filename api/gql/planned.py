"""Answering whole operations from a plan, without the executor.

An operation that asks for people only (`user`, `users`) is turned once into a list of what is selected, and kept by
its text: what then remains of a request is to coerce its variables, to read the rows, and to write down of them what
was asked. The executor looks at every field of every value instead, and finds out each time what it is to do.

Whatever is not as expected is left to the executor, as if nothing had been tried: other fields, wrong arguments, a
null where none may be, any error. So no error is told here. `test_planned.py` holds both ways against each other.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_argument_values,
    get_operation_ast,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import Visitor

from api.gql.context import GqlContext
from api.gql.ids import read_user_cursor
from api.gql.selection import LONGEST_LIST, Ahead, Selection, included, page_size, read_selection
from api.gql.shapes import Complete, NotPlainError, PeoplePage, Shapes, collected
from graph.errors import DatabaseUnavailableError
from graph.profile.rows import Want

KNOWN_OPERATIONS: Final = 256
LONGEST_KNOWN: Final = 16_384
"""In characters: a longer document is planned each time, or not at all."""

_VARIANTS: Final = 16
"""Plans of one operation, one for each way in which its variables include and skip fields; others are not planned."""

Arguments = Mapping[str, Any]


class Planner:
    """The plans of the operations used last; for one event loop."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[tuple[str, str | None], _Operation | None] = OrderedDict()

    async def answer(
        self, text: str, name: str | None, given: Mapping[str, Any], context: GqlContext
    ) -> dict[str, Any] | None:
        """The data of an operation of a valid document; None for the executor to answer.

        Raises DatabaseUnavailableError.
        """
        operation = self._operation(text, name, context.document)
        if operation is None:
            return None
        try:
            return await operation.answer(given, context)
        except DatabaseUnavailableError:
            raise
        except Exception:
            return None

    def _operation(self, text: str, name: str | None, document: DocumentNode) -> _Operation | None:
        key = (text, name)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        operation = _read(self._schema, document, name)
        if len(text) <= LONGEST_KNOWN:
            self._known[key] = operation
            if len(self._known) > KNOWN_OPERATIONS:
                self._known.popitem(last=False)
        return operation


def _read(schema: GraphQLSchema, document: DocumentNode, name: str | None) -> _Operation | None:
    """The operation, where it may be planned at all."""
    found = get_operation_ast(document, name)
    if found is None or found.operation is not OperationType.QUERY or found.directives:
        return None
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    return _Operation(schema, found, fragments, _Conditions.of(document))


class _Conditions(Visitor):
    """The variables that decide whether fields are included."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    @classmethod
    def of(cls, document: DocumentNode) -> tuple[str, ...]:
        found = cls()
        visit(document, found)
        return tuple(dict.fromkeys(found.names))

    def enter_directive(self, node: Any, *_: Any) -> None:
        """Note the variables in a directive's arguments."""
        self.names += [a.value.name.value for a in node.arguments or () if isinstance(a.value, VariableNode)]


@dataclass(slots=True)
class _Operation:
    """An operation, and its plans by the values of its conditions."""

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: tuple[str, ...]
    plans: dict[tuple[Any, ...], tuple[_Root, ...] | None] = field(
        default_factory=dict[tuple[Any, ...], "tuple[_Root, ...] | None"]
    )

    async def answer(self, given: Mapping[str, Any], context: GqlContext) -> dict[str, Any] | None:
        variables = get_variable_values(self.schema, self.node.variable_definitions or (), dict(given))
        if not isinstance(variables, VariableValues):
            return None
        roots = self._plan(variables)
        if roots is None:
            return None
        clear = context.clear
        if len(roots) == 1:
            return {roots[0].key: await roots[0].answer(variables, context, clear=clear)}
        found = await asyncio.gather(*(root.answer(variables, context, clear=clear) for root in roots))
        return {root.key: value for root, value in zip(roots, found, strict=True)}

    def _plan(self, variables: VariableValues) -> tuple[_Root, ...] | None:
        held = tuple(variables.coerced.get(name) for name in self.conditions)
        if held in self.plans or len(self.plans) == _VARIANTS:
            return self.plans.get(held)
        try:
            plan = tuple(self._roots(variables))
        except NotPlainError:
            plan = None
        self.plans[held] = plan
        return plan

    def _roots(self, variables: VariableValues) -> Iterator[_Root]:
        def stands(node: Any) -> bool:
            return included(node, variables)

        query = _query(self.schema)
        shapes = Shapes(self.schema, self.fragments, stands)
        for key, nodes in collected(query, [self.node.selection_set], self.fragments, stands, self.schema):
            kind = _KINDS.get(nodes[0].name.value)
            if kind is None:
                raise NotPlainError
            type_name, path, ask = kind
            yield _Root(
                key=key,
                nodes=nodes,
                path=path,
                ask=ask,
                shape=shapes.of(type_name, nodes),
                operation=self,
                dynamic=_has_variables(nodes, self.fragments),
            )


def _query(schema: GraphQLSchema) -> GraphQLObjectType:
    query = schema.query_type
    assert query is not None  # noqa: S101 - the schema is ours
    return query


def _has_variables(nodes: Sequence[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]) -> bool:
    """Whether arguments below these fields, or in any fragment, take variables."""
    found = _Variables()
    for node in (*nodes, *fragments.values()):
        if node.selection_set is not None:
            visit(node.selection_set, found)
    return found.any


class _Variables(Visitor):
    """Whether there is a variable anywhere but in a directive."""

    def __init__(self) -> None:
        super().__init__()
        self.any = False

    def enter_directive(self, *_: Any) -> Any:
        """Leave it out: a plan is of one set of conditions."""
        return self.SKIP

    def enter_variable(self, *_: Any) -> None:
        """Note it."""
        self.any = True


@dataclass(slots=True)
class _Root:
    """A field at the root: who is asked for, and how they are written down."""

    key: str
    nodes: list[FieldNode]
    path: tuple[str, ...]
    ask: Callable[[_Root, Arguments, GqlContext, Callable[[int], Selection]], Awaitable[Any]]
    shape: Complete
    operation: _Operation
    dynamic: bool
    selections: dict[tuple[bool, int], Selection] = field(default_factory=dict[tuple[bool, int], Selection])

    async def answer(self, variables: VariableValues, context: GqlContext, *, clear: bool) -> Any:
        schema = self.operation.schema
        arguments = get_argument_values(
            _query(schema).fields[self.nodes[0].name.value], self.nodes[0], variables
        )

        def selection(users: int) -> Selection:
            held = None if self.dynamic else self.selections.get((clear, users))
            if held is None:
                ahead = Ahead(self.nodes, self.operation.fragments, schema, variables)
                held = read_selection(ahead, *self.path, clear=clear, users=users)
                if not self.dynamic and len(self.selections) < _VARIANTS:
                    self.selections[clear, users] = held
            return held

        return await self.ask(self, arguments, context, selection)


async def _user(
    root: _Root, arguments: Arguments, context: GqlContext, selection: Callable[[int], Selection]
) -> Any:
    if arguments.get("asOf") is not None:
        raise NotPlainError
    view = await context.people.user(arguments["oneId"], _seen_by(selection(1).want, context))
    return root.shape(view) if view else None


def _seen_by(want: Want, context: GqlContext) -> Want:
    """Selections are kept for all callers; whose rows are meant is each caller's."""
    dealer = context.caller.dealer
    return want if dealer is None else replace(want, dealer=dealer)


async def _users(
    root: _Root, arguments: Arguments, context: GqlContext, selection: Callable[[int], Selection]
) -> Any:
    size = page_size(arguments.get("first"), longest=LONGEST_LIST)
    after = arguments.get("after")
    want = _seen_by(selection(size).want, context)
    start = "" if after is None else read_user_cursor(after)
    views, has_next = await context.people.users(first=size, after=start, want=want)
    return root.shape(PeoplePage(views, has_next, start != ""))


_KINDS: Final[Mapping[str, tuple[str, tuple[str, ...], Any]]] = {
    "user": ("User", (), _user),
    "users": ("UserConnection", ("edges", "node"), _users),
}
"""The root fields that are planned: their type, the way to the users below them, and how they are asked."""
