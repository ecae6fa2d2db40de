"""A table of mostly nameless profiles: bounded work, and the model of those who say who they are."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from graph.matching.record import MatchRecord
from graph.matching.score import blocking_keys, score_all, score_new
from graph.matching.train import BUDGET, train
from tests.graph.matching import tables
from tests.graph.matching.conftest import digest

_NAMELESS = 20_000


@pytest.fixture(scope="module")
def named():
    """Those who say who they are."""
    return tables.chinese(150).records


@pytest.fixture(scope="module")
def everyone(named):
    """They, and many more of whom a city and a phone at most is known; phones are often theirs."""
    draw = random.Random(3)
    phones = [phone for record in named for phone in record.phones]
    nameless = [
        MatchRecord(
            f"z{at:06d}",
            phones=(draw.choice(phones),) if at % 3 else (),
            city=draw.choice(["上海", "北京", "成都"]),
            gender=draw.choice(["male", "female"]),
        )
        for at in range(_NAMELESS)
    ]
    return [*named, *nameless]


@pytest.fixture(scope="module")
def model(everyone):
    """Trained on all of them."""
    return train(everyone, digest=digest)


def test_only_those_with_a_name_are_learnt_from(model, named):
    assert model.diagnostics["records"] == len(named)
    assert model.diagnostics["candidatePairs"] <= 60 * len(named)
    assert sum(rule["pairs"] for rule in model.diagnostics["rules"]) <= BUDGET * len(named)


def test_the_nameless_are_in_no_pair_in_bulk_nor_online(model, everyone, named):
    pairs = score_all(everyone, model, digest=digest)
    assert pairs
    assert pairs == score_all(named, model, digest=digest)
    stranger = replace(everyone[-1], phones=named[0].phones)
    assert blocking_keys(stranger, model) == []
    assert score_new([stranger], named, model, digest=digest, floor=0.0) == []
