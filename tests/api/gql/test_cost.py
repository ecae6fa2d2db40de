"""What a request may cost: values times lists, each fragment once."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    get_named_type,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from api.gql.cost import BASE, MAX_COST, Cost
from api.gql.schema import build_schema
from tests.laws import examples
from tests.quickest import quickest

SCHEMA = build_schema().core


def cost(text: str, **variables: Any) -> int:
    return Cost(SCHEMA, parse(text)).of(None, variables) - BASE


@pytest.mark.parametrize(
    ("text", "variables", "points"),
    [
        ('{ user(oneId: "x") { oneId displayName } }', {}, 3),
        ('{ user(oneId: "x") { identifiers { value } } }', {}, 1 + 10 * 2),
        ('{ user(oneId: "x") { touchpoints { edges { cursor } } } }', {}, 2 + 20 * 2),
        ('{ user(oneId: "x") { touchpoints(first: 5) { edges { node { id kind } } } } }', {}, 2 + 5 * 4),
        ("query ($n: Int) { users(first: $n) { edges { node { oneId } } } }", {"n": 7}, 1 + 7 * 3),
        ("query ($n: Int = 3) { users(first: $n) { edges { node { oneId } } } }", {}, 1 + 3 * 3),
        ("query ($n: Int = 3) { users(first: $n) { edges { node { oneId } } } }", {"n": "x"}, 1 + 20 * 3),
        ("query ($n: Int) { users(first: $n) { edges { node { oneId } } } }", {"n": -4}, 1 + 1 * 3),
        (
            "{ users(first: 100) { edges { node { touchpoints(first: 20) { edges { cursor } } } } } }",
            {},
            1 + 100 * (3 + 40),
        ),
        ("{ users { ...P } } fragment P on UserConnection { edges { cursor } }", {}, 1 + 20 * 2),
        ('{ node(id: "x") { ... on User { vehicles { vin } } __typename } }', {}, 2 + 20),
    ],
)
def test_points(text: str, variables: dict[str, Any], points: int) -> None:
    assert cost(text, **variables) == points


def test_a_page_of_a_thousand_is_within_the_limit_and_of_ten_thousand_is_not() -> None:
    asked = "{ users(first: %d) { edges { node { oneId displayName firstSeenAt lastSeenAt } } } }"
    assert cost(asked % 1_000) < MAX_COST < cost(asked % 10_000)


def test_nested_fragments_cost_linear_time() -> None:
    text = 'query ($n: Int) { user(oneId: "x") { ...F0 } } ' + " ".join(
        f"fragment F{n} on User {{ household {{ members {{ user {{ ...F{n + 1} ...F{n + 1} }} }} }} }}"
        for n in range(60)
    )
    document = parse(text + " fragment F60 on User { oneId }")
    assert Cost(SCHEMA, document).of(None, {"n": 1}) == 10_000_000 + BASE
    assert quickest(lambda: Cost(SCHEMA, document).of(None, {"n": 1})) < 0.2


LEAVES = st.sampled_from(["oneId", "displayName"])
USER = st.recursive(
    st.lists(LEAVES, min_size=1, max_size=3).map(" ".join),
    lambda below: st.one_of(
        below.map("household {{ members {{ user {{ {} }} }} }}".format),
        below.map("... on User {{ {} }}".format),
        st.integers(1, 9).map("touchpoints(first: {}) {{ edges {{ cursor }} }}".format),
        st.tuples(below, below).map(" ".join),
        st.just("...F"),
    ),
    max_leaves=6,
)


@settings(max_examples=examples(150), deadline=None)
@given(USER, st.lists(LEAVES, min_size=1, max_size=2).map(" ".join), st.integers(1, 40))
def test_it_is_what_a_plain_expansion_counts(user: str, fragment: str, page: int) -> None:
    """The oracle builds the largest answer and counts its values."""
    text = (
        f"{{ users(first: {page}) {{ edges {{ node {{ {user} }} }} }} }} fragment F on User {{ {fragment} }}"
    )
    assert cost(text) == counted(SCHEMA, text)


def counted(schema: GraphQLSchema, text: str) -> int:
    document = parse(text)
    fragments = {d.name.value: d for d in document.definitions if not isinstance(d, OperationDefinitionNode)}  # type: ignore[union-attr]

    def values(selection_set: Any, type_: Any, lists: int) -> int:
        total = 0
        for one in selection_set.selections:
            if isinstance(one, FragmentSpreadNode):
                total += values(fragments[one.name.value].selection_set, type_, lists)  # type: ignore[union-attr]
            elif isinstance(one, InlineFragmentNode):
                total += values(one.selection_set, type_, lists)
            elif isinstance(one, FieldNode):
                field = type_.fields[one.name.value]
                length = lists if "[" in str(field.type) else 1
                firsts = [int(a.value.value) for a in one.arguments or () if a.name.value == "first"]  # type: ignore[union-attr]
                inner = firsts[0] if firsts else 10
                for _ in range(length):
                    total += 1
                    if one.selection_set:
                        total += values(one.selection_set, get_named_type(field.type), inner)
        return total

    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return values(operation.selection_set, schema.query_type, 10)
