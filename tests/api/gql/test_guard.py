"""The policy is what is enforced: each field asked as each role."""

from __future__ import annotations

from collections import deque

import httpx
import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_operation_ast,
    is_leaf_type,
    is_required_argument,
)

from api.gql.documents import Documents
from api.gql.guard import Field, Guard, rules
from api.gql.schema import build_schema
from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import headers_of

SCHEMA: GraphQLSchema = build_schema().core
READERS = (Role.FRONTEND, Role.DEALER, Role.STEWARD, Role.PRIVACY, Role.ADMIN)
Composite = GraphQLObjectType | GraphQLInterfaceType


def documents() -> dict[Field, tuple[str, frozenset[Field]]]:
    """For each field of the schema a document that asks for it, and whatever else lies on the way."""
    found: dict[Field, tuple[str, frozenset[Field]]] = {}
    roots = (
        ("query", SCHEMA.query_type),
        ("mutation", SCHEMA.mutation_type),
        ("subscription", SCHEMA.subscription_type),
    )
    waiting: deque[tuple[str, Composite, str, str, dict[str, str], frozenset[Field]]] = deque(
        (operation, type_, "", "", {}, frozenset()) for operation, type_ in roots if type_
    )
    while waiting:
        operation, type_, before, after, variables, way = waiting.popleft()
        for name, field in type_.fields.items():
            key = (type_.name, name)
            if key in found:
                continue
            known, arguments = dict(variables), list[str]()
            for argument, declared in field.args.items():
                if is_required_argument(declared):
                    variable = f"v{len(known)}"
                    known[variable] = str(declared.type)
                    arguments.append(f"{argument}: ${variable}")
            asked = name + (f"({', '.join(arguments)})" if arguments else "")
            result: GraphQLNamedType = get_named_type(field.type)
            leaf = is_leaf_type(result)
            heads = ", ".join(f"${variable}: {kind}" for variable, kind in known.items())
            inner = "" if leaf else " { __typename }"
            text = f"{operation} Q{f'({heads})' if heads else ''} {{ {before}{asked}{inner}{after} }}"
            found[key] = text, way | {key}
            if leaf:
                continue
            below = [result] if isinstance(result, GraphQLObjectType | GraphQLInterfaceType) else []
            if not isinstance(result, GraphQLObjectType):
                objects = SCHEMA.get_possible_types(result)  # type: ignore[arg-type]
                below += [*objects, *(interface for one in objects for interface in one.interfaces)]
            for one in below:
                opened = f"{before}{asked} {{ ... on {one.name} {{ "
                waiting.append((operation, one, opened, f" }} }}{after}", known, way | {key}))
    return found


ASKED = documents()


def test_every_field_can_be_asked() -> None:
    assert ASKED.keys() == rules(SCHEMA).keys()


def test_each_field_is_asked_as_each_role() -> None:
    """What comes before plan, executor and subscription lets through what the table allows, and nothing else."""
    prepared, guard, table = Documents(SCHEMA, suggestions=True), Guard(SCHEMA), rules(SCHEMA)
    for field, (text, way) in ASKED.items():
        document = prepared.prepare(text)
        assert document.errors == (), (text, document.errors)
        assert document.fields["Q"] == way
        for role in Role:
            allowed = all(
                (rule := table[one]) and (role in rule.roles or rule.refused_as_data) for one in way
            )
            assert (guard.refusal(role, document.fields["Q"]) is None) is allowed, (role, field)


def test_a_field_without_a_rule_is_nobodys() -> None:
    assert all(Guard(SCHEMA).refusal(role, frozenset({("User", "shoeSize")})) for role in Role)


def test_fragments_and_other_operations_are_told_apart() -> None:
    text = """query A { ...F } query B { users { edges { cursor } } }
      fragment F on Query { households { edges { ...G } } } fragment G on HouseholdEdge { cursor }"""
    fields = Documents(SCHEMA, suggestions=True).prepare(text).fields
    assert ("HouseholdEdge", "cursor") in fields["A"]
    assert ("Query", "households") not in fields["B"]


@pytest.mark.parametrize("role", READERS)
async def test_the_door_refuses_before_anything_is_run(
    client: httpx.AsyncClient, services: Services, role: Role
) -> None:
    headers = await headers_of(services, role, dealer="d-1" if role is Role.DEALER else None)
    for text in (
        "{ households { edges { cursor } } }",
        "{ likelyPairs { edges { cursor } } }",
        "{ users { edges { cursor } } }",
    ):
        document = Documents(SCHEMA, suggestions=True).prepare(text)
        assert document.document is not None
        assert get_operation_ast(document.document) is not None
        refused = Guard(SCHEMA).refusal(role, document.fields[None])
        answer = (await client.post("/graphql", json={"query": text}, headers=headers)).json()
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert codes == (["forbidden"] if refused else []), (role, text, answer)
