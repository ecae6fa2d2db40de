"""The rules: every code has one, what is wrong is refused by name, and a version tells them apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import ConfigurationError
from graph.fraud.flag import Code
from graph.fraud.rules import RULES, load_fraud_rules
from graph.fraud.weigh import Answers, effective_number, rarity, reweighted
from tests.laws import examples

TEXT = RULES.read_text(encoding="utf-8")


def test_every_code_has_a_rule() -> None:
    rules = load_fraud_rules()
    assert all(rules.of(code).on for code in Code)
    assert {rules.of(code).least <= rules.of(code).weight for code in Code} == {True}


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        TEXT.replace("weight = 0.9", "weight = 1.9").replace("most = 4", "mots = 4"), encoding="utf-8"
    )
    with pytest.raises(ConfigurationError) as refused:
        load_fraud_rules(file)
    for named in ("mine.toml", "ring.weight", "staff.weight", "sharedEmail.most", "sharedEmail.mots"):
        assert named in str(refused.value)


def test_the_version_is_that_of_what_is_said(tmp_path: Path) -> None:
    version = load_fraud_rules().version
    file = tmp_path / "mine.toml"
    file.write_text("# another layout\n" + TEXT.replace("weight = 0.90", "weight = 0.9"), encoding="utf-8")
    assert load_fraud_rules(file).version == version
    file.write_text(TEXT.replace("weight = 0.9", "weight = 0.91", 1), encoding="utf-8")
    assert load_fraud_rules(file).version != version


def test_rarity_falls_with_people_and_ends() -> None:
    assert [rarity(people, most=4) for people in range(1, 7)] == [1, 1, 2 / 3, 0.5, 0, 0]


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=9))
def test_the_effective_number_lies_between_one_and_all(counts: list[int]) -> None:
    assert 1 <= effective_number(counts) <= len(counts) + 1e-9
    assert effective_number([counts[0]] * len(counts)) == pytest.approx(len(counts))


@settings(max_examples=examples(100), deadline=None)
@given(st.floats(0, 1), st.integers(0, 99), st.integers(0, 99))
def test_answers_move_a_weight_towards_their_share(weight: float, confirmed: int, cleared: int) -> None:
    after = reweighted(weight, Answers(confirmed, cleared))
    assert reweighted(weight, Answers()) == pytest.approx(weight)
    if confirmed + cleared:
        share = confirmed / (confirmed + cleared)
        assert min(weight, share) - 1e-9 <= after <= max(weight, share) + 1e-9
