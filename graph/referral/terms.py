"""The terms of a referral programme, as versioned data: read from TOML, checked, compared. Pure.

A referral is judged by the version in force when it was made (`in_force`). What a jurisdiction forbids is no
part of the terms: it is applied where postings are made (`graph/referral/policy.py`), so no file can grant
it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from graph.clock import DAY, to_datetime
from graph.ingest.money import EXPONENTS, minor_units
from graph.ledger import model as ledger
from graph.ledger.model import Period, ReturnPolicy, Side
from graph.ledger.units import LARGEST, POINTS, STATUS
from graph.referral.declared import Declared, read_declared, text_of

PROGRAMMES: Final = Path(__file__).with_name("programmes")
"""The ready programmes: `two_sided.toml`, `contribution.toml`."""

_AMOUNTS: Final = frozenset({"amount", "floor"})


class Rule(StrEnum):
    """Which of several referrals gets an order."""

    FIRST = "first"
    LAST = "last"
    CLAIM = "claim"


class Milestone(StrEnum):
    """A progress that a reward can be granted on."""

    IDENTIFIED = "identified"
    TEST_DRIVEN = "testDriven"
    ORDERED = "ordered"
    DELIVERED = "delivered"
    MATURED = "matured"


class Approval(StrEnum):
    """How what was granted is cleared to be paid."""

    AUTOMATIC = "automatic"  # as soon as the referral is judged clear
    MANUAL = "manual"  # by a person, each


class Participant(StrEnum):
    """What a person is to the brand; a person may be several of them."""

    OWNER = "owner"
    CO_USER = "coUser"
    ORDER_HOLDER = "orderHolder"
    DEPOSIT_HOLDER = "depositHolder"
    PROSPECT = "prospect"  # none of the above
    STAFF = "staff"
    PARTNER = "partner"  # dealers, suppliers, legal representatives


def _unit(text: str) -> str:
    if text not in EXPONENTS and text not in (POINTS, STATUS):
        raise ValueError("must be an ISO 4217 code as CNY, points or status")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("must be a time zone as Asia/Shanghai or UTC") from None
    return name


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = [value for value, times in Counter(values).items() if times > 1]
    if twice:
        raise ValueError(f"names {', '.join(twice)} more than once; leave one")
    return values


_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
_Days = Annotated[int, Field(ge=0, le=3_650, strict=True)]
_Count = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
_Amount = Annotated[Decimal, Field(gt=0, max_digits=18)]
_Unit = Annotated[str, AfterValidator(_unit)]
_Word = Annotated[str, Field(pattern=r"^[\w .\-/]+$", max_length=64)]
_Words = Annotated[tuple[_Word, ...], AfterValidator(_unique)]
_Participants = Annotated[tuple[Participant, ...], AfterValidator(_unique)]


class Names(Declared):
    """What participants are told it is called."""

    en: _Name
    zh: _Name


class Eligibility(Declared):
    """Who may refer and be referred. Whoever is excluded is so on both sides, whatever else they are."""

    referrers: Annotated[_Participants, Field(min_length=1)]
    referees: Annotated[_Participants, Field(min_length=1)]
    excluded: _Participants = (Participant.STAFF, Participant.PARTNER)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if both := {*self.referrers, *self.referees} & {*self.excluded}:
            raise ValueError(
                f"excluded names {', '.join(sorted(both))}, who may take part; take it out of one list"
            )
        return self

    def admits(self, side: Side, kinds: frozenset[Participant]) -> bool:
        """Whether a person who is all of `kinds` may take part on this side."""
        wanted = self.referrers if side is Side.REFERRER else self.referees
        return bool(kinds & {*wanted}) and not kinds & {*self.excluded}


class Attribution(Declared):
    """Which referral gets an order: those touched less than `window_days` before it, by `rule`.

    A claim may be made less than `claim_days` after the order; a person decides it. 0 days: none is taken.
    """

    rule: Rule
    window_days: Annotated[_Days, Field(ge=1)]
    claim_days: _Days = 0

    @model_validator(mode="after")
    def _claims_can_be_made(self) -> Self:
        if self.rule is Rule.CLAIM and not self.claim_days:
            raise ValueError('rule "claim" needs claimDays of at least 1, or nothing is ever attributed')
        return self

    @property
    def window(self) -> int:
        """The attribution window in µs; half-open, so an order exactly that long after a touch is too late."""
        return self.window_days * DAY

    @property
    def claim_window(self) -> int:
        """How long after an order it can be claimed, µs; half-open too."""
        return self.claim_days * DAY


class Maturity(Declared):
    """A delivered referral matures when the vehicle can no longer be returned.

    What was paid for one that is returned is taken back as `return_policy` says.
    """

    return_days: _Days
    return_policy: ReturnPolicy = ReturnPolicy.WITHIN_BALANCE
    approval: Approval = Approval.AUTOMATIC

    @property
    def return_window(self) -> int:
        """How long after delivery a return undoes the referral, µs; half-open."""
        return self.return_days * DAY


class Cap(Declared):
    """At most so many grants of one rule to one participant in a period."""

    count: _Count
    per: Period


class _Grant(Declared):
    """What rewards and activities have alike.

    `amount` is of the unit, exact; `expiry_days` count from maturity, None: never.
    """

    id: _Id
    unit: _Unit
    amount: _Amount
    cap: Cap | None = None
    expiry_days: Annotated[_Days, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _ = self.amount_minor
        return self

    @property
    def amount_minor(self) -> int:
        """The amount in the unit's smallest part."""
        return _minor(self.amount, self.unit)

    @property
    def validity(self) -> int | None:
        """How long it can be used once matured, µs; None: for ever."""
        return self.expiry_days * DAY if self.expiry_days is not None else None

    @property
    def limit(self) -> ledger.Cap | None:
        """The cap as the ledger counts it: grants of this rule alone."""
        if self.cap is None:
            return None
        return ledger.Cap(self.unit, self.cap.count, self.cap.per, ledger.Measure.REWARDS, rule=self.id)


class Reward(_Grant):
    """One reward rule: who gets what when the referral reaches `on`.

    It is pending until the referral matures, or available at once where `at_once` says so. `level` is how far
    above the friend the referrer is: 1 is who referred the friend, 2 who referred that one. More than 1 is
    paid only where the policy allows it.
    """

    side: Side
    on: Milestone
    at_once: Annotated[bool, Field(strict=True)] = False
    level: Annotated[int, Field(ge=1, le=30, strict=True)] = 1

    @model_validator(mode="after")
    def _level_is_a_referrers(self) -> Self:
        if self.side is Side.REFEREE and self.level != 1:
            raise ValueError("level is counted on the referrer's side; leave it out for the referee")
        return self


class Activity(_Grant):
    """What a participant earns by an own act: an event of the community, confirmed where `confirmed` says so.

    It is available at once; `event` is the act's name at the door that reports it.
    """

    event: _Name
    confirmed: Annotated[bool, Field(strict=True)] = False


class Budget(Declared):
    """What may be granted in one unit: grants that would take the account below `floor` are refused."""

    unit: _Unit
    amount: _Amount
    floor: Annotated[Decimal, Field(ge=0, max_digits=18)] = Decimal(0)

    @model_validator(mode="after")
    def _above_the_floor(self) -> Self:
        if self.floor_minor >= self.amount_minor:
            raise ValueError("floor must be below amount, or nothing can be granted")
        return self

    @property
    def amount_minor(self) -> int:
        """The budget in the unit's smallest part."""
        return _minor(self.amount, self.unit)

    @property
    def floor_minor(self) -> int:
        """The floor in the unit's smallest part."""
        return _minor(self.floor, self.unit)


class Terms(Declared):
    """One version of a programme.

    Empty `markets` or `models`: every one. `ends_on` is the first day that it no longer holds.

    Days, and the periods of caps, begin at midnight of `time_zone`.
    """

    id: _Id
    version: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    name: Names
    jurisdiction: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    starts_on: date
    ends_on: date | None = None
    markets: _Words = ()
    models: _Words = ()
    eligibility: Eligibility
    attribution: Attribution
    maturity: Maturity
    rewards: tuple[Reward, ...] = ()
    activities: tuple[Activity, ...] = ()
    budgets: tuple[Budget, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise ValueError("endsOn must be after startsOn")
        rules: tuple[_Grant, ...] = (*self.rewards, *self.activities)
        if not rules:
            raise ValueError("rewards and activities are both empty; a programme needs one at least")
        _unique(tuple(rule.id for rule in rules))
        budgeted = _unique(tuple(budget.unit for budget in self.budgets))
        if missing := sorted({rule.unit for rule in rules} - {*budgeted}):
            raise ValueError(f"budgets has none for {', '.join(missing)}; add one")
        return self

    def holds(self, at: int) -> bool:
        """Whether this version holds at a time, µs."""
        day = self._day(at)
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def _day(self, at: int) -> date:
        return to_datetime(at).astimezone(ZoneInfo(self.time_zone)).date()

    def covers(self, *, market: str | None, model: str | None) -> bool:
        """Whether an order of this market and model is one of the programme's.

        One that is not known counts only where all do.
        """
        return (not self.markets or market in self.markets) and (not self.models or model in self.models)

    def content(self) -> dict[str, Any]:
        """What the terms say, as JSON values.

        Equal for equal terms, however a file is laid out, ordered or writes its numbers.
        """
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {name: _canonical(value) for name, value in content.items()}

    def digest(self) -> str:
        """The SHA-256 of the content, hexadecimal."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    """Lists in an order of their own, amounts without trailing zeros."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {
            name: format(Decimal(each).normalize(), "f") if name in _AMOUNTS else _canonical(each)
            for name, each in entries.items()
        }
    if isinstance(value, list):
        return sorted((_canonical(each) for each in cast("list[Any]", value)), key=json.dumps)
    return value


def in_force(versions: Iterable[Terms], at: int) -> Terms | None:
    """Of the versions of one programme the highest that holds at a time, µs; None where none does."""
    return max((each for each in versions if each.holds(at)), key=lambda each: each.version, default=None)


def read_terms(text: str, *, source: str = "the programme") -> Terms:
    """The terms that a TOML text declares.

    Raises ConfigurationError that names `source` and every wrong field, and says what would be right: not
    TOML, unknown or missing keys, numbers out of range, amounts finer than their unit, rules that contradict
    each other.
    """
    return read_declared(Terms, text, source=source, example="graph/referral/programmes/two_sided.toml")


def load_terms(path: Path) -> Terms:
    """The terms of a TOML file.

    Raises ConfigurationError as `read_terms`, and where the file cannot be read.
    """
    return read_terms(text_of(path), source=path.name)


def _minor(amount: Decimal, unit: str) -> int:
    if unit in EXPONENTS:
        return minor_units(amount, unit)
    if amount != amount.to_integral_value():
        raise ValueError(f"has decimals, but {unit} are whole")
    if amount > LARGEST:
        raise ValueError("is too large")
    return int(amount)
