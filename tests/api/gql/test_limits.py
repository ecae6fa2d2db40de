"""Hostile documents: each is refused by its own limit, quickly, whatever its fragments do."""

from __future__ import annotations

import pytest
from graphql import parse

from api.gql.documents import CACHED_DOCUMENTS, LONGEST_CACHED, Documents
from api.gql.limits import measure
from api.gql.schema import build_schema
from tests.quickest import quickest

USER = 'user(oneId: "x")'


SCHEMA = build_schema().core


@pytest.fixture
def documents() -> Documents:
    return Documents(SCHEMA, suggestions=False)


def deep(levels: int) -> str:
    nested = "currentUser { ... on FormerUser { " * 0 + "a"
    return "{ " + "a { " * levels + nested + " }" * levels + " }"


def bomb(fragments: int, spreads: int = 2) -> str:
    parts = [f"fragment F{n} on User {{ {f'...F{n + 1} ' * spreads} }}" for n in range(fragments)]
    return f"{{ {USER} {{ ...F0 }} }} {' '.join(parts)} fragment F{fragments} on User {{ oneId }}"


HOSTILE = {
    "deep": (deep(13), "levels of depth"),
    "very deep": (deep(900), ""),
    "deep lists": (
        '{ user(oneId: "x") { touchpoints(filter: {kinds: ' + "[" * 900 + "]" * 900 + "}) { edges } } }",
        "",
    ),
    "aliases": ("{ " + " ".join(f"a{n}: {USER} {{ oneId }}" for n in range(16)) + " }", "15 aliases"),
    "aliases in fragments": (
        f"{{ {USER} {{ "
        + "...A " * 2
        + "} } fragment A on User { "
        + " ".join(f"a{n}: oneId" for n in range(9))
        + " }",
        "15 aliases",
    ),
    "tokens": ("{ " + "oneId " * 3_000 + "}", "token"),
    "one field often": (f"{{ {USER} {{ " + "oneId " * 200 + "} }", "repeated fields"),
    "bomb": (bomb(40), "fields"),
    "many fragments": (bomb(60, 1), "50 fragments"),
    "many operations": (" ".join(f"query Q{n} {{ {USER} {{ oneId }} }}" for n in range(6)), "5 operations"),
    "directives": (f"{{ {USER} {{ oneId " + "@skip(if: false) " * 60 + "} }", "50 directives"),
    "a fragment in itself": (f"{{ {USER} {{ ...F }} }} fragment F on User {{ ...F }}", "within itself"),
    "fragments in a ring": (
        f"{{ {USER} {{ ...F }} }} fragment F on User {{ ...G }} fragment G on User {{ ...F }}",
        "within itself",
    ),
    "an unknown fragment": (f"{{ {USER} {{ ...F }} }}", "Unknown fragment"),
    "no document": ("query", "Syntax Error"),
    "control characters": ("{ \u0000 }", "Syntax Error"),
    "a lone surrogate": ('{ user(oneId: "\\ud800") { oneId } }', ""),
    "introspection in circles": (
        "{ __schema { types " + "{ fields { type { fields { type " * 2 + "{ name }" + " } } } }" * 2 + " } }",
        "",
    ),
}


@pytest.mark.parametrize(("text", "says"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_document_is_refused_quickly(documents: Documents, text: str, says: str) -> None:
    prepared = documents.prepare(text)
    spent = quickest(lambda: Documents(SCHEMA, suggestions=False).prepare(text))

    assert prepared.errors
    assert says in prepared.errors[0].message
    assert spent < 0.5
    assert documents.prepare(text).errors == prepared.errors or len(text) > LONGEST_CACHED


def test_a_bomb_is_measured_in_linear_time() -> None:
    document = parse(bomb(49))
    assert measure(document).fields == 1_000_000
    assert quickest(lambda: measure(document)) < 0.2


def test_what_people_ask_is_within_the_limits(documents: Documents) -> None:
    text = """query Q($id: ID!, $after: String) { user(oneId: $id) { ...Head
        touchpoints(first: 20, after: $after) { edges { cursor node { id event ...Drive } } pageInfo { endCursor } }
        orders: touchpoints(filter: {kinds: ["order"]}) { edges { node { id } } } } }
        fragment Head on User { id oneId displayName profiles { source recordId } identifiers { namespace value } }
        fragment Drive on Touchpoint { ... on TestDriveCompleted { distanceKm } }"""
    prepared = documents.prepare(text)
    assert prepared.errors == ()
    assert prepared.document is not None
    size = measure(prepared.document)
    assert (size.depth, size.aliases, size.introspects) == (5, 1, False)


def test_the_cache_is_bounded(documents: Documents) -> None:
    for number in range(CACHED_DOCUMENTS + 20):
        documents.prepare(f"{{ a{number} }}")
    assert len(documents) == CACHED_DOCUMENTS
    documents.prepare("{ a } #" + "x" * LONGEST_CACHED)
    assert len(documents) == CACHED_DOCUMENTS
    assert documents.prepare("{ a1 }") is not documents.prepare("{ a2 }")


def test_names_are_not_suggested_in_production() -> None:
    text = '{ user(oneId: "x") { displaName } }'
    schema = build_schema().core
    quiet = Documents(schema, suggestions=False).prepare(text).errors[0].message
    helpful = Documents(schema, suggestions=True).prepare(text).errors[0].message
    assert "displayName" not in quiet
    assert "displayName" in helpful
