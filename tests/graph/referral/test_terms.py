"""Terms: what is declared is read exactly, what is wrong is named, and versions are told apart."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clock import DAY, from_datetime
from graph.errors import ConfigurationError
from graph.referral.difference import differences
from graph.referral.terms import (
    PROGRAMMES,
    Participant,
    Side,
    Terms,
    in_force,
    load_terms,
    read_terms,
)
from tests.graph.referral.worlds import TERMS, declarations
from tests.laws import examples

TWO_SIDED = (PROGRAMMES / "two_sided.toml").read_text(encoding="utf-8")
HOUR = DAY // 24


def at(*moment: int) -> int:
    """A time in UTC, µs."""
    year, month, day, *rest = moment
    return from_datetime(datetime(year, month, day, *rest, tzinfo=UTC))


def changed(old: str, new: str) -> Terms:
    """The two-sided programme with one text in place of another."""
    assert old in TWO_SIDED
    return read_terms(TWO_SIDED.replace(old, new, 1), source="spring.toml")


class TestReady:
    @pytest.mark.parametrize("file", sorted(PROGRAMMES.glob("*.toml")), ids=lambda file: file.stem)
    def test_each_ready_programme_is_right_and_named_as_its_file(self, file: Path) -> None:
        terms = load_terms(file)
        assert terms.id == file.stem.replace("_", "-")
        assert terms.name.en
        assert terms.name.zh

    def test_two_sided_rewards_both_on_delivery(self) -> None:
        terms = load_terms(PROGRAMMES / "two_sided.toml")
        assert {(each.side, each.on, each.at_once) for each in terms.rewards} == {
            ("referrer", "delivered", False),
            ("referee", "delivered", False),
        }
        assert {each.id: each.amount_minor for each in terms.rewards} == {
            "referrer-points": 3_500,
            "friend-credit": 350_000,
        }

    def test_contribution_earns_points_and_status_by_acts_and_referrals(self) -> None:
        terms = load_terms(PROGRAMMES / "contribution.toml")
        assert {each.unit for each in terms.rewards} == {each.unit for each in terms.activities}
        assert {each.unit for each in terms.budgets} == {"points", "status"}
        assert [each.id for each in terms.activities if each.confirmed] == [
            "feedback-points",
            "feedback-status",
        ]


class TestWrong:
    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ('unit = "CNY"', 'unit = "CNX"', "rewards[2].unit: must be an ISO 4217 code as CNY, points or status"),
            ("amount = 3500.00", "amount = 3500.005", "rewards[2]: has more decimals than CNY, which has 2"),
            ("amount = 3500\n", "amount = 3500.5\n", "rewards[1]: has decimals, but points are whole"),
            ("amount = 3500\n", "amount = 1000000000000001\n", "rewards[1]: is too large"),
            ('returnPolicy = "withinBalance"', 'returnPolicy = "all"', "maturity.returnPolicy: Input should be"),
            ("amount = 3500\n", "amount = 0\n", "rewards[1].amount: Input should be greater than 0"),
            ("windowDays = 90", "windowDays = 0", "attribution.windowDays: Input should be greater than or equal"),
            ("windowDays = 90", 'windowDays = "90"', "attribution.windowDays: Input should be a valid integer"),
            ('rule = "first"', 'rule = "best"', "attribution.rule: Input should be 'first', 'last' or 'claim'"),
            ("returnDays", "retrunDays", "maturity.retrunDays: Extra inputs are not permitted"),
            ("returnDays", "retrunDays", "maturity.returnDays: Field required"),
            ("endsOn = 2027-01-01", "endsOn = 2026-01-01", "all of it: endsOn must be after startsOn"),
            ('id = "friend-credit"', 'id = "referrer-points"', "names referrer-points more than once"),
            ('excluded = ["staff"', 'excluded = ["owner"', "eligibility: excluded names owner, who may take part"),
            ('timeZone = "Asia/Shanghai"', 'timeZone = "China"', "timeZone: must be a time zone as Asia/Shanghai"),
            ('side = "referee"', 'level = 2\nside = "referee"', "rewards[2]: level is counted on the referrer's side"),
            ("amount = 35000000.00\nfloor = 0", "amount = 5\nfloor = 5", "budgets[2]: floor must be below amount"),
            ('[[budgets]]\nunit = "CNY"', '[[budgets]]\nunit = "EUR"', "all of it: budgets has none for CNY; add one"),
        ],
    )  # fmt: skip
    def test_a_wrong_field_is_named_and_what_would_be_right(self, old: str, new: str, told: str) -> None:
        with pytest.raises(ConfigurationError) as refused:
            changed(old, new)
        assert "spring.toml" in refused.value.message
        assert told in refused.value.message
        assert "two_sided.toml shows every key" in refused.value.remedy

    def test_who_credits_by_claims_must_take_them(self) -> None:
        text = TWO_SIDED.replace('rule = "first"', 'rule = "claim"').replace(
            "claimDays = 30", "claimDays = 0"
        )
        with pytest.raises(ConfigurationError, match="needs claimDays of at least 1"):
            read_terms(text)

    def test_what_is_no_toml_or_no_file_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="not TOML"):
            read_terms("id = ")
        with pytest.raises(ConfigurationError, match=r"absent\.toml cannot be read: No such file"):
            load_terms(tmp_path / "absent.toml")
        (tmp_path / "latin.toml").write_bytes(b"id = '\xe9'")
        with pytest.raises(ConfigurationError, match="not UTF-8"):
            load_terms(tmp_path / "latin.toml")


class TestInForce:
    def test_days_begin_in_the_programmes_zone(self) -> None:
        terms = load_terms(PROGRAMMES / "two_sided.toml")
        midnight = at(2025, 12, 31, 16)  # in Shanghai it is 2026
        assert [terms.holds(midnight - 1), terms.holds(midnight)] == [False, True]
        assert [terms.holds(at(2026, 12, 31, 16) - 1), terms.holds(at(2026, 12, 31, 16))] == [True, False]

    def test_of_versions_that_hold_the_highest_is_in_force(self) -> None:
        first = changed("endsOn = 2027-01-01", "")
        second = changed("version = 1", "version = 2").model_copy(update={"starts_on": at_day("2026-06-01")})
        for versions in ([first, second], [second, first]):
            assert in_force(versions, at(2026, 5, 1)) == first
            assert in_force(versions, at(2026, 7, 1)) == second
            assert in_force(versions, at(2028, 1, 1)) == first
            assert in_force(versions, at(2020, 1, 1)) is None

    def test_markets_and_models(self) -> None:
        every = load_terms(PROGRAMMES / "two_sided.toml")
        assert every.covers(market=None, model=None)
        some = changed("markets = []", 'markets = ["CN"]')
        assert some.covers(market="CN", model=None)
        assert not some.covers(market="NO", model=None)
        assert not some.covers(market=None, model="ET5")

    def test_who_is_excluded_is_so_whatever_else_they_are(self) -> None:
        rules = load_terms(PROGRAMMES / "two_sided.toml").eligibility
        assert rules.admits(Side.REFERRER, frozenset({Participant.OWNER}))
        assert not rules.admits(Side.REFERRER, frozenset({Participant.OWNER, Participant.STAFF}))
        assert not rules.admits(Side.REFERRER, frozenset({Participant.PROSPECT}))
        assert rules.admits(Side.REFEREE, frozenset({Participant.PROSPECT}))
        assert not rules.admits(Side.REFEREE, frozenset())


def at_day(text: str) -> Any:
    """A day of the calendar."""
    return datetime.fromisoformat(text).date()


class TestDifferences:
    @settings(max_examples=examples(150))
    @given(TERMS, TERMS)
    def test_something_is_told_exactly_where_the_digests_differ(self, old: Terms, new: Terms) -> None:
        assert (differences(old, new) == ()) == (old.digest() == new.digest())
        assert differences(old, old) == ()
        assert len(differences(old, new)) == len(differences(new, old))

    @settings(max_examples=examples(100))
    @given(declarations(), st.randoms(use_true_random=False))
    def test_layout_and_order_change_nothing(self, declared: dict[str, Any], source: random.Random) -> None:
        shuffled = dict(source.sample(list(declared.items()), len(declared)))
        for name in ("rewards", "activities", "budgets", "markets", "models"):
            shuffled[name] = source.sample(declared[name], len(declared[name]))
        for rule in shuffled["budgets"]:
            assert isinstance(rule["amount"], Decimal)
        shuffled["budgets"] = [
            {**rule, "amount": rule["amount"] + Decimal("0.000")} for rule in shuffled["budgets"]
        ]
        one, other = Terms.model_validate(declared), Terms.model_validate(shuffled)
        assert one.digest() == other.digest()
        assert differences(one, other) == ()

    def test_what_changed_is_told_in_words(self) -> None:
        old = read_terms(TWO_SIDED)
        new = read_terms(
            TWO_SIDED.replace("version = 1", "version = 2")
            .replace("windowDays = 90", "windowDays = 60")
            .replace("models = []", 'models = ["ET5", "ET7"]')
            .replace("amount = 3500.00", "amount = 4000.00")
            .replace('id = "referrer-points"', 'id = "points"')
            .replace("endsOn = 2027-01-01", "")
        )
        assert differences(old, new) == (
            "Changes attribution windowDays from 90 to 60.",
            "Changes endsOn from 2027-01-01 to (none).",
            "Changes models from (none) to ET5, ET7.",
            "Changes version from 1 to 2.",
            "Drops reward referrer-points.",
            "Adds reward points: id points, unit points, amount 3500, cap count 10, cap per year, "
            "expiryDays 365, side referrer, on delivered, atOnce false, level 1.",
            "Changes amount of reward friend-credit from 3500 to 4000.",
        )
