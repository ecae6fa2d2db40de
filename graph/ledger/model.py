"""Accounts, transactions and rewards: plain values. Times are microseconds, amounts of a unit's smallest part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from graph.ledger.moves import State

_NOWHERE: Final = ""


class AccountKind(StrEnum):
    """What an account holds. The first five are a programme's, the rest a participant's."""

    FUNDING = "funding"  # where a budget comes from: below zero by all that was put in
    BUDGET = "budget"  # what may still be granted; never below its floor
    EXPENSE = "expense"  # what was claimed, above zero
    LIABILITY = "liability"  # what is owed for claims, below zero
    PAID = "paid"  # what left the house for claims, below zero
    PENDING = "pending"  # granted and not matured: a liability that may yet fall away
    AVAILABLE = "available"  # matured and not spent
    SPENT = "spent"  # spent


class Side(StrEnum):
    """The two sides of a referral."""

    REFERRER = "referrer"
    REFEREE = "referee"


class ReturnPolicy(StrEnum):
    """How far a reversal reaches."""

    ONLY_PENDING = "onlyPending"  # what has matured is kept
    WITHIN_BALANCE = "withinBalance"  # what is left of the reward; what was spent goes to review
    UNLIMITED = "unlimited"  # all of it: the balance may fall below zero, later rewards fill it first


class EntryKind(StrEnum):
    """What a transaction did."""

    FUND = "fund"
    GRANT = "grant"
    APPROVE = "approve"
    MATURE = "mature"
    REDEEM = "redeem"
    EXPIRE = "expire"
    REVERSE = "reverse"
    SETTLE = "settle"


class Result(StrEnum):
    """What was decided of one reward."""

    GRANTED = "granted"
    CAPPED = "capped"  # a cap of the participant is full
    BUDGET_EXHAUSTED = "budgetExhausted"  # the budget would fall below its floor
    TOO_DEEP = "tooDeep"  # the jurisdiction pays fewer levels
    DISQUALIFIED = "disqualified"  # by the judgement, which says why
    APPROVED = "approved"
    MATURED = "matured"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVERSED = "reversed"
    REVIEW_REQUIRED = "reviewRequired"  # some of it was spent
    KEPT = "kept"  # the return policy leaves it
    PAID = "paid"  # what was claimed of it was paid out


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One account of a programme, or of a profile in it, in one unit."""

    programme: str
    kind: AccountKind
    unit: str
    profile: str = _NOWHERE

    @property
    def key(self) -> str:
        """The account as one text, unique."""
        return json.dumps([self.programme, self.kind, self.unit, self.profile], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount, not zero, that comes to an account or leaves it; `reward` is the reward it is of, if of one."""

    account: Account
    amount: int
    reward: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided of one reward: of `asked`, `amount` was posted. `reason` says why not all.

    `referral` and `rule` say what the reward is for.
    """

    reward: str
    profile: str
    unit: str
    result: Result
    asked: int
    amount: int
    reason: str = ""
    referral: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward as it stands.

    `amount` = `pending` + `available` + `spent` + `expired` + `returned` + `settled`, always. `available` is below
    zero for what was spent and yet taken back; `settled` is what it gave other such rewards of the account (below
    zero: what it got). `validity` starts when it matures; `expires_at` is None before, and where it never expires.
    """

    key: str
    grant: str
    programme: str
    referral: str
    rule: str
    side: Side
    profile: str
    unit: str
    amount: int
    granted_at: int
    changed_at: int
    validity: int | None
    state: State = State.PENDING
    pending: int = 0
    available: int = 0
    spent: int = 0
    expired: int = 0
    returned: int = 0
    settled: int = 0
    expires_at: int | None = None

    def account(self, kind: AccountKind) -> Account:
        """The holder's account of a kind, or the programme's, in the reward's unit."""
        return Account(self.programme, kind, self.unit, self.profile if kind in _PARTICIPANTS else _NOWHERE)


_PARTICIPANTS: Final = {AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.SPENT}


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction of the ledger: postings that sum to zero in each unit, and what was decided.

    Without postings it is an outcome alone, recorded all the same. `rewards` are those that it changed, as they are
    after it. `reverses` is the key of the grant that it takes back. It takes effect at `effective_at`, which is never
    before what it builds on; `floor` is what a budget may not fall below from here on. `referral` is
    what a grant is for.
    """

    key: str
    kind: EntryKind
    programme: str
    cause: str
    effective_at: int
    postings: tuple[Posting, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    rewards: tuple[Reward, ...] = ()
    reverses: str | None = None
    floor: int | None = None
    referral: str | None = None


class Period(StrEnum):
    """The span in which a cap counts, of the programme's calendar."""

    EVER = "ever"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"


class Measure(StrEnum):
    """What a cap counts: amounts, or rewards."""

    AMOUNT = "amount"
    REWARDS = "rewards"


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that one participant is granted of a unit in a period, over all profiles of the person.

    With `rule` only what that rule grants counts, and only it is held.
    """

    unit: str
    most: int
    period: Period = Period.EVER
    measure: Measure = Measure.AMOUNT
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme's version says of its ledger.

    `levels` is how deep each unit is paid by the jurisdiction's policy: one level where it is silent. `validity` is how
    long a unit can be used once matured, µs, where a share does not say: what is not named never expires. `zone` is the
    calendar of caps.
    """

    caps: tuple[Cap, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict[str, int])
    validity: Mapping[str, int] = field(default_factory=dict[str, int])
    zone: str = "Asia/Shanghai"


def grant_key(programme: str, referral: str, rule: str, cause: str) -> str:
    """The idempotency key of the decision about both sides of a referral by one rule for one cause."""
    return hashlib.sha256(json.dumps([programme, referral, rule, cause]).encode()).hexdigest()


def settle_key(claim: str) -> str:
    """The idempotency key of paying what a redemption claimed: a claim is paid once."""
    return f"settle:{claim}"


def reward_key(grant: str, side: Side) -> str:
    """The key of one side's reward: one per programme, referral, side, rule and cause."""
    return f"{grant}:{side}"
