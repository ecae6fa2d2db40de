"""A query is read as everything that it can be, and as nothing that it cannot."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InputError
from graph.ingest.normalise.values import folded
from graph.search.question import LONGEST, read_question
from seed.searches import name_searches, named_people
from tests.laws import examples

NOTHING: set[str] = set()


def kinds(text: str) -> set[str]:
    read = read_question(text)
    found = {str(namespace) for namespace, _ in read.identifiers}
    given = {"name": read.name, "local": read.local_letters, "vin": read.vin, "digits": read.digits}
    return found | {kind for kind, value in given.items() if value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张伟国", {"name"}),
        ("王先生", {"name"}),
        ("zhangwei", {"name", "local"}),
        ("zhang wei", {"name"}),
        ("zhang.wei88", {"name", "local"}),
        ("zhang.wei@example.com", {"email", "local"}),
        ("zhang.wei@", {"local"}),
        ("13912345678", {"phone"}),
        ("5678", {"digits"}),
        ("２０２６", {"digits"}),
        ("567", NOTHING),
        ("56789", NOTHING),
        ("沪A12345", {"plate"}),
        ("LSVAA49J132047371", {"vin"}),
        ("Alessandra Barber", {"name"}),
        ("王先生 13912345678", {"name"}),
    ],
)
def test_what_a_query_can_be(text: str, expected: set[str]) -> None:
    assert kinds(text) == expected


@given(seed=st.integers(0, 10**9))
@settings(max_examples=examples(60))
def test_a_name_with_a_slip_is_a_name_and_no_number(seed: int) -> None:
    people = named_people(20, seed=seed)
    for search in name_searches(people, 8, seed=seed):
        assert {"name"} <= kinds(search.query) <= {"name", "local"}, search


@given(text=st.text(max_size=LONGEST - 2))
@settings(max_examples=examples(300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = read_question(text)
    except InputError:
        assert not folded(text).split()
    else:
        assert read == read_question(f" {text} ")
