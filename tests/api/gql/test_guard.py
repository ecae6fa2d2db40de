"""The policy: every field has a rule, and what is asked by each role is refused or run as its rule says."""

from __future__ import annotations

from collections import deque
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from api.gql.documents import Documents
from api.gql.guard import Guard, rules
from api.gql.schema import build_schema
from api.wiring import Services
from graph.access.policy import ANYONE, FIELDS
from graph.access.roles import AVAILABLE, Role
from tests.api.conftest import headers_of

SCHEMA: GraphQLSchema = build_schema().core
RULES = rules(SCHEMA)
READERS = [role for role in AVAILABLE if role in ANYONE.roles]


def test_every_field_has_a_rule() -> None:
    assert [field for field, rule in RULES.items() if rule is None] == []


def test_every_rule_has_a_field() -> None:
    assert [(t, f) for t, fields in FIELDS.items() for f in fields if (t, f) not in RULES] == []


def literal(type_: Any) -> str:
    """Some value of an input type, as it is written."""
    if isinstance(type_, GraphQLNonNull):
        return literal(type_.of_type)
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if isinstance(named, GraphQLInputObjectType):
        required = {n: f for n, f in named.fields.items() if is_required_input_field(f)}
        if named.is_one_of:
            required = dict([next(iter(named.fields.items()))])
        text = ", ".join(f"{name}: {literal(field.type)}" for name, field in required.items())
        text = f"{{{text}}}"
    else:
        known = {"Boolean": "true", "Int": "1", "Float": "1"}
        known |= {"Date": '"2026-01-01"', "DateTime": '"2026-01-01T00:00:00Z"', "Money": '"8000.00 CNY"'}
        known |= {"MinorUnits": "1"}
        known |= {"Vin": '"LSVAM4187C2184847"', "PhoneNumber": '"+8613812345678"'}
        text = known.get(named.name, '"0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f"')
    return text


def call(parent: str, name: str) -> str:
    """A field with what it requires."""
    field = SCHEMA.type_map[parent].fields[name]  # type: ignore[attr-defined]
    given = [f"{n}: {literal(a.type)}" for n, a in field.args.items() if is_required_argument(a)]
    return f"{name}({', '.join(given)})" if given else name


def ways() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The shortest way from a root to each type: the kind of operation, and the fields to go through."""
    roots = {
        "query": SCHEMA.query_type,
        "mutation": SCHEMA.mutation_type,
        "subscription": SCHEMA.subscription_type,
    }
    found: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    queue: deque[str] = deque()
    for kind, root in roots.items():
        assert root is not None
        found[root.name] = (kind, [])
        queue.append(root.name)
    while queue:
        name = queue.popleft()
        type_, (kind, way) = SCHEMA.type_map[name], found[name]
        steps: list[tuple[str, list[tuple[str, str]]]] = []
        if isinstance(type_, (GraphQLObjectType, GraphQLInterfaceType)):
            steps += [(get_named_type(f.type).name, [*way, (name, n)]) for n, f in type_.fields.items()]
        if isinstance(type_, (GraphQLInterfaceType, GraphQLUnionType)):
            steps += [(t.name, way) for t in SCHEMA.get_possible_types(type_)]
        if isinstance(type_, GraphQLObjectType):
            steps += [(i.name, way) for i in type_.interfaces]
        for below, onto in steps:
            if below not in found and not is_leaf_type(SCHEMA.type_map[below]):
                found[below] = (kind, onto)
                queue.append(below)
    return found


WAYS = ways()


def asking(parent: str, name: str) -> tuple[str, list[tuple[str, str]]]:
    """A document that asks for one field of a type, and all the fields that it goes through."""
    kind, way = WAYS[parent]
    named = get_named_type(SCHEMA.type_map[parent].fields[name].type)  # type: ignore[attr-defined]
    text = call(parent, name) + ("" if is_leaf_type(named) else " { __typename }")
    text = f"... on {parent} {{ {text} }}"
    for on, field in reversed(way):
        text = f"... on {on} {{ {call(on, field)} {{ {text} }} }}"
    return f"{kind} {{ {text} }}", [*way, (parent, name)]


@pytest.mark.parametrize("role", list(Role))
def test_each_field_asked_by_each_role(role: Role) -> None:
    guard, documents = Guard(SCHEMA), Documents(SCHEMA, suggestions=False)
    for parent, name in RULES:
        text, through = asking(parent, name)
        prepared = documents.prepare(text)
        assert not prepared.errors, (text, prepared.errors)
        assert prepared.fields == {None: frozenset(through)}, text
        may = all(_may(role, field) for field in through)
        assert (guard.refusal(role, prepared.fields[None]) is None) is may, (role, text)


def _may(role: Role, field: tuple[str, str]) -> bool:
    rule = RULES[field]
    assert rule is not None
    return role in rule.roles or rule.refused_as_data


def test_a_fragment_hides_nothing_and_an_operation_answers_for_itself() -> None:
    documents = Documents(SCHEMA, suggestions=False)
    prepared = documents.prepare(
        "query A { user(oneId: 1) { ...F } } query B { users { pageInfo { hasNextPage } } } "
        "fragment F on User { ...G } fragment G on User { household { kind } }"
    )
    guard = Guard(SCHEMA)
    assert guard.refusal(Role.DEALER, prepared.fields["A"]) is not None
    assert guard.refusal(Role.FRONTEND, prepared.fields["A"]) is None
    assert guard.refusal(Role.DEALER, prepared.fields["B"]) is None


def test_a_field_without_a_rule_is_nobodys() -> None:
    refusal = Guard(SCHEMA).refusal(Role.ADMIN, frozenset({("User", "password")}))
    assert refusal is not None
    assert "User.password" in refusal.message


@pytest.mark.parametrize("role", READERS)
async def test_what_a_request_may_ask_at_the_root(
    services: Services, client: httpx.AsyncClient, role: Role
) -> None:
    headers = await headers_of(services, role, dealer="d-1" if role is Role.DEALER else None)
    for root in ("Query", "Mutation"):
        for (parent, name), rule in RULES.items():
            if parent != root:
                continue
            assert rule is not None
            response = await client.post("/graphql", json={"query": asking(parent, name)[0]}, headers=headers)
            body = response.json()
            codes = [error["extensions"]["code"] for error in body.get("errors", ())]
            if rule.refused_as_data and role not in rule.roles:
                assert "Forbidden" in body["data"][name]["__typename"]
            else:
                assert ("forbidden" in codes) is (role not in rule.roles), (name, body)
