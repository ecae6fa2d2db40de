"""The policy enforced on documents, before anything of them is run: for plans, the executor and subscriptions alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)

from graph.access.policy import Rule, Shown, rule_of
from graph.access.roles import Role
from graph.errors import ForbiddenError

Field: TypeAlias = tuple[str, str]
"""The name of a type and of a field of it."""


def rules(schema: GraphQLSchema) -> dict[Field, Rule | None]:
    """The rule of each field of a schema; None where the policy has none."""
    return {
        (name, field): rule_of(name, field, interfaces=frozenset(i.name for i in type_.interfaces))
        for name, type_ in schema.type_map.items()
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)) and not name.startswith("__")
        for field in type_.fields
    }


def asked_fields(schema: GraphQLSchema, document: DocumentNode) -> dict[str | None, frozenset[Field]]:
    """The fields that each operation of a valid document may read, by its name; each fragment is walked once."""
    parts = {id(part): _Fields.of(schema, part) for part in document.definitions}
    fragments = {
        part.name.value: parts[id(part)]
        for part in document.definitions
        if isinstance(part, FragmentDefinitionNode)
    }
    found: dict[str | None, frozenset[Field]] = {}
    for part in document.definitions:
        if isinstance(part, OperationDefinitionNode):
            fields, spread = set(parts[id(part)].fields), list(parts[id(part)].spreads)
            seen: set[str] = set()
            while spread:
                name = spread.pop()
                if name not in seen:
                    seen.add(name)
                    fields |= fragments[name].fields
                    spread += fragments[name].spreads
            found[part.name.value if part.name else None] = frozenset(fields)
    return found


class Guard:
    """What each role may read of a schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        known = rules(schema)
        self._personal: Final = frozenset(
            field for field, rule in known.items() if rule and rule.shown is not Shown.PLAIN
        )
        self._allowed: Final[Mapping[Role, frozenset[Field]]] = {
            role: frozenset(
                field
                for field, rule in known.items()
                if rule and (role in rule.roles or rule.refused_as_data)
            )
            for role in Role
        }

    def personal(self, asked: frozenset[Field]) -> tuple[str, ...]:
        """Those of some fields that hold personal values, as `Type.field`."""
        return tuple(sorted(".".join(field) for field in asked & self._personal))

    def refusal(self, role: Role, asked: frozenset[Field]) -> GraphQLError | None:
        """Why a role may not ask for some fields, naming the first; None where it may."""
        allowed = self._allowed[role]
        if asked <= allowed:
            return None
        type_name, field = min(asked - allowed)
        error = ForbiddenError(
            f"A key of role {role} may not read `{type_name}.{field}`.",
            remedy="Leave it out, or use a key of another role; docs/access.md says who may read what.",
        )
        return GraphQLError(error.message, original_error=error)


class _Fields(Visitor):
    """The fields of one definition, and the fragments that it spreads."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.fields: set[Field] = set()
        self.spreads: set[str] = set()

    @classmethod
    def of(cls, schema: GraphQLSchema, part: Any) -> _Fields:
        types = TypeInfo(schema)
        found = cls(types)
        visit(part, TypeInfoVisitor(types, found))
        return found

    def enter_field(self, node: Any, *_: Any) -> None:
        """Note the field, unless it is GraphQL's own."""
        parent, name = self._types.get_parent_type(), node.name.value
        if parent is not None and not name.startswith("__") and not parent.name.startswith("__"):
            self.fields.add((parent.name, name))

    def enter_fragment_spread(self, node: Any, *_: Any) -> None:
        """Note the fragment."""
        self.spreads.add(node.name.value)
