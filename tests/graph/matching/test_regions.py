"""Strangers of one region: found where names and places go together, not where they do not."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.matching.fields import NAMED_FIELDS, Field
from graph.matching.likelihood import chance_of
from graph.matching.model import FieldModel, Priors
from graph.matching.parameters import first_model
from graph.matching.record import MatchRecord
from graph.matching.regions import Pattern, with_regions
from graph.matching.score import score_all
from graph.matching.train import train
from tests.graph.matching.conftest import digest
from tests.laws import examples

_NAMES = ("givenName", "familyName", "birthDate", "city")
_FIELDS = tuple(field for field in NAMED_FIELDS if field.name in _NAMES)
_PAIRS = 60_000
_RARE = Priors(match=1e-7, place=1e-8, kin=1e-8)
_COUNTRIES = 6


def _model(field: Field, same: float) -> FieldModel:
    many = len(field.comparison.levels)
    return first_model(field, [None] * many, [same, *[1e-4] * (many - 2), 1 - same])


def _patterns(draw: random.Random, *, share: float, near: float, away: float) -> list[Pattern]:
    """Pairs in which names and city agree with one chance in a region and with another elsewhere; a tenth miss one."""
    counts: Counter[tuple[int, ...]] = Counter()
    for _ in range(_PAIRS):
        chance = near if draw.random() < share else away
        levels: list[int] = []
        for field in _FIELDS:
            agree = draw.random() < (chance if field.regional else 0.01)
            highest = len(field.comparison.levels) - 1
            levels.append(-1 if draw.random() < 0.1 else highest if agree else 0)
        counts[tuple(levels)] += 1
    return [Pattern(levels, float(pairs)) for levels, pairs in sorted(counts.items())]


def _found(patterns: list[Pattern], same: float) -> tuple[tuple[FieldModel, ...], Priors]:
    return with_regions([_model(field, same) for field in _FIELDS], _RARE, patterns)


def test_a_region_is_found_with_its_share():
    patterns = _patterns(random.Random(1), share=0.15, near=0.6, away=0.01)
    fields, priors = _found(patterns, 0.15 * 0.6 + 0.85 * 0.01)
    assert priors.region == pytest.approx(0.15, abs=0.03)
    for one in fields:
        same = one.levels[0]
        assert same.region == pytest.approx(0.6 if one.field.regional else same.u, rel=0.2)


def test_there_is_none_where_fields_have_nothing_to_do_with_one_another():
    patterns = _patterns(random.Random(2), share=0.15, near=0.05, away=0.05)
    fields, priors = _found(patterns, 0.05)
    assert priors.region == 0.0
    assert all(level.region == level.u for one in fields for level in one.levels)


@settings(max_examples=examples(10), deadline=None)
@given(
    seed=st.integers(0, 9),
    share=st.floats(0.05, 0.4),
    near=st.floats(0.1, 0.6),
    away=st.floats(0.005, 0.05),
)
def test_the_kinds_together_agree_as_all_strangers_do(seed, share, near, away):
    patterns = _patterns(random.Random(seed), share=share, near=near, away=away)
    same = share * near + (1 - share) * away
    fields, priors = _found(patterns, same)
    assert 0.0 <= priors.region < 1.0
    for one in fields:
        for name in ("stranger", "region"):
            chances = [chance_of(one.field, level, priors, name) for level in one.levels]
            assert sum(chances) == pytest.approx(1.0, abs=0.02)
        for level in one.levels:
            mixed = priors.region * chance_of(one.field, level, priors, "region")
            mixed += (1 - priors.region) * chance_of(one.field, level, priors, "stranger")
            assert mixed == pytest.approx(level.u, rel=0.05)


def test_order_of_patterns_changes_nothing_that_is_kept():
    patterns = _patterns(random.Random(4), share=0.2, near=0.3, away=0.01)
    there, back = _found(patterns, 0.068)[1], _found(patterns[::-1], 0.068)[1]
    assert back.region == pytest.approx(there.region, rel=1e-9)


def _countries(people: int) -> tuple[list[MatchRecord], dict[str, int]]:
    """People of six countries with names and cities of their own: namesakes of a city are many."""
    draw = random.Random(5)
    records: list[MatchRecord] = []
    truth: dict[str, int] = {}
    for person in range(people):
        country = draw.randrange(_COUNTRIES)
        given, family = (f"{kind}{chr(97 + country) * 3}{draw.randrange(14):02d}x" for kind in "gf")
        city = f"city {chr(97 + country) * 4} {draw.randrange(2)}"
        phone, birth = (
            f"+4915{draw.randrange(10**9):09d}",
            f"{draw.randint(1950, 2003)}-05-{draw.randint(1, 28):02d}",
        )
        for _ in range(draw.choice([1, 1, 2, 3])):
            identity = f"r{len(records):05d}"
            truth[identity] = person
            records.append(
                MatchRecord(
                    id=identity,
                    given=given,
                    family=family,
                    city=city,
                    birth_date=birth if draw.random() < 0.4 else None,
                    phones=(phone,) if draw.random() < 0.7 else (),
                )
            )
    return records, truth


def test_namesakes_of_a_city_are_no_duplicates():
    records, truth = _countries(1_500)
    model = train(records, digest=digest)
    assert model.priors.region > 0.0
    sure = [pair for pair in score_all(records, model, digest=digest) if pair.probability >= 0.95]
    right = sum(truth[pair.left] == truth[pair.right] for pair in sure)
    assert len(sure) > 400
    assert right >= 0.99 * len(sure)
