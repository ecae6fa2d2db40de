"""How alike names are: the same is 1, a slip costs less than another name, and letters are counted right."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.ingest.normalise import person_name
from graph.search.forms import NameForms, name_forms, query_forms
from graph.search.ranking import edits, local_score, name_score
from seed.searches import NamedPerson, name_searches, named_people
from tests.laws import examples

WORDS = st.text("abcd", max_size=6)
SEEDS = st.integers(0, 10**9)


def stored(name: str) -> NameForms:
    """The forms of a name as its source writes it."""
    found = person_name(full=name)
    assert found is not None, name
    said = found.name
    forms = name_forms(
        {"full": said.full, "family": said.family, "given": said.given, "display": found.display}
    )
    assert forms is not None
    return forms


def asked(text: str) -> NameForms:
    forms = query_forms(text)
    assert forms is not None
    return forms


@cache
def _oracle(one: str, other: str) -> int:
    """Optimal string alignment by its definition."""
    if not one or not other:
        return len(one) + len(other)
    ways = [
        _oracle(one[1:], other[1:]) + (one[0] != other[0]),
        _oracle(one[1:], other) + 1,
        _oracle(one, other[1:]) + 1,
    ]
    if len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]:
        ways.append(_oracle(one[2:], other[2:]) + 1)
    return min(ways)


@given(one=WORDS, other=WORDS)
@settings(max_examples=examples(300))
def test_edits_are_those_of_the_definition(one: str, other: str) -> None:
    told = _oracle(one, other)
    assert edits(one, other) == told == edits(other, one)
    for most in range(8):
        bounded = edits(one, other, most=most)
        assert bounded == told if told <= most else bounded > most


@given(seed=SEEDS)
@settings(max_examples=examples(100))
def test_a_name_as_it_is_written_fits_exactly_and_in_any_order_of_its_parts(seed: int) -> None:
    (person,) = named_people(1, seed=seed)
    name = stored(person.full)
    assert name_score(asked(person.full), name) == 1
    for text in (person.full.upper(), f"{person.family}, {person.given}", f" {person.full} "):
        assert name_score(asked(text), name) >= 0.98, text


@given(seed=SEEDS)
@settings(max_examples=examples(100))
def test_no_score_is_below_nothing_or_above_the_same(seed: int) -> None:
    one, other = named_people(2, seed=seed)
    score = name_score(asked(one.full), stored(other.full))
    assert 0 <= score <= 1
    assert score < 1 or _alike(one, other)


def _alike(one: NamedPerson, other: NamedPerson) -> bool:
    forms = stored(one.full), stored(other.full)
    return forms[0].letters in forms[1].orders


@given(seed=SEEDS)
@settings(max_examples=examples(100))
def test_one_slip_leaves_the_name_likely(seed: int) -> None:
    people = named_people(40, seed=seed)
    for search in name_searches(people, 4, seed=seed):
        assert name_score(asked(search.query), stored(search.person.full)) >= 0.6, search


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("张伟国", "张伟国", "章伟国"),
        ("张伟国", "章伟国", "章微国"),
        ("张伟国", "章伟国", "张伟东"),
        ("张四光", "张思光", "张大光"),
        ("刘宁", "牛宁", "马宁"),
        ("zhangwei", "张伟", "张威国"),
        ("zhang wei", "Wei Zhang", "Wei Zhao"),
        ("单小明", "单小明", "丹小明"),
        ("shanxiaoming", "单小明", "丹小明"),
        ("王先生", "王伟", "汪先"),
        ("Müller", "Hans Müller", "Hans Miller"),
        ("Hans M", "Hans Müller", "Jan Müller"),
    ],
)
def test_what_is_nearer_fits_better(query: str, better: str, worse: str) -> None:
    assert name_score(asked(query), stored(better)) > name_score(asked(query), stored(worse))


def test_a_beginning_of_a_local_part_is_nearly_the_whole() -> None:
    assert local_score("zhangwei", "zhangwei") == 1
    assert 1 > local_score("zhangwei", "zhangwei1988") > local_score("zhangwai", "zhangwei1988")
