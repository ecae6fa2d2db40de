"""Each rule of the ledger by an example that names it."""

from __future__ import annotations

from itertools import count

import pytest

from graph.clock import DAY, from_datetime, to_datetime
from graph.errors import InputError
from graph.ledger.book import Book, RewardNotFoundError, balance
from graph.ledger.commands import (
    Approve,
    Command,
    Expire,
    Fund,
    Grant,
    Mature,
    Redeem,
    Reverse,
    Settle,
    Share,
)
from graph.ledger.decide import InsufficientError, NotSpendableError, decide
from graph.ledger.granting import bounds
from graph.ledger.model import Account, AccountKind, Cap, Entry, Period, Result, ReturnPolicy, Side, Terms
from graph.ledger.moves import ALLOWED, IllegalMoveError, State, move
from graph.ledger.settling import RedemptionMismatchError, RedemptionNotFoundError
from graph.ledger.units import check_amount, check_unit, decimals, spends

T = from_datetime(to_datetime(1_800_000_000_000_000).replace(hour=4, minute=0, second=0, microsecond=0))
KEYS = map(str, count())


class Desk:
    """A book with a budget, and short ways to write into it."""

    def __init__(self, *, budget: int = 1_000, people: dict[str, str] | None = None) -> None:
        self.book = Book(people=people)
        self.history: list[Entry] = []
        self.run(Fund("f", "v", "points", budget, "c", T))

    def run(self, command: Command) -> Entry:
        entry = decide(self.book, command)
        if entry.key not in self.book.entries:
            self.history.append(entry)
        self.book.record(entry)
        return entry

    def grant(self, *shares: Share, referral: str = "", at: int = T, terms: Terms | None = None) -> Entry:
        return self.run(Grant("v", referral or next(KEYS), "rule", "c", at, shares, terms or Terms()))

    def posted(self, amount: int, *, profile: str = "p", lasts: int | None = None, at: int = T) -> str:
        """A matured reward of points."""
        terms = Terms(validity={} if lasts is None else {"points": lasts})
        (reward,) = self.grant(points(amount, profile), terms=terms, at=at).rewards
        self.run(Approve(next(KEYS), (reward.key,), "c", at))
        self.run(Mature(next(KEYS), (reward.key,), "c", at))
        return reward.key

    def redeem(self, amount: int, *profiles: str, at: int = T) -> Entry:
        return self.run(Redeem(next(KEYS), "v", profiles or ("p",), "points", amount, "c", at))

    def reverse(self, *keys: str, policy: ReturnPolicy = ReturnPolicy.WITHIN_BALANCE, at: int = T) -> Entry:
        return self.run(Reverse(next(KEYS), keys, policy, "c", at))

    def has(self, kind: AccountKind, profile: str = "p") -> int:
        named = profile if kind in {AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.SPENT} else ""
        return self.book.balances.get(Account("v", kind, "points", named), 0)


def points(amount: int, profile: str = "p", side: Side = Side.REFERRER, **more: object) -> Share:
    return Share(side, profile, "points", amount, **more)


def test_both_sides_are_recorded_together_and_so_is_what_stops_one() -> None:
    desk = Desk(budget=10)
    entry = desk.grant(points(7), points(7, "q", Side.REFEREE))
    assert [(o.result, o.amount) for o in entry.outcomes] == [
        (Result.GRANTED, 7),
        (Result.BUDGET_EXHAUSTED, 0),
    ]
    entry = desk.grant(points(9, disqualified="self-referral"), points(3, "q", Side.REFEREE))
    assert [(o.result, o.reason) for o in entry.outcomes] == [
        (Result.DISQUALIFIED, "self-referral"),
        (Result.GRANTED, ""),
    ]
    assert (desk.has(AccountKind.BUDGET), desk.has(AccountKind.PENDING, "q")) == (0, 3)


def test_a_cap_counts_all_profiles_of_a_person_and_what_is_not_reversed() -> None:
    desk = Desk(people={"p": "one", "q": "one"})
    terms = Terms(caps=(Cap("points", 10),))
    (first,) = desk.grant(points(6), terms=terms).rewards
    told = desk.grant(points(6, "q"), terms=terms)
    assert (told.outcomes[0].result, told.postings, told.key in desk.book.entries) == (
        Result.CAPPED,
        (),
        True,
    )
    desk.reverse(first.key)
    assert desk.grant(points(6, "q"), terms=terms).outcomes[0].result is Result.GRANTED


def test_two_sides_of_one_person_share_a_cap() -> None:
    desk = Desk(people={"p": "one", "q": "one"})
    told = desk.grant(points(6), points(6, "q", Side.REFEREE), terms=Terms(caps=(Cap("points", 10),)))
    assert [outcome.result for outcome in told.outcomes] == [Result.GRANTED, Result.CAPPED]


def test_a_cap_starts_anew_with_its_period() -> None:
    desk, terms = Desk(), Terms(caps=(Cap("points", 10, Period.DAY),))
    for day in (0, 1):
        assert desk.grant(points(10), terms=terms, at=T + day * DAY).outcomes[0].result is Result.GRANTED
    assert desk.grant(points(1), terms=terms, at=T).outcomes[0].result is Result.CAPPED


@pytest.mark.parametrize("unit", ["points", "CNY", "status"])
def test_one_level_is_paid_unless_the_policy_says_more(unit: str) -> None:
    desk = Desk()
    desk.run(Fund("g", "v", "CNY", 100, "c", T))
    share = Share(Side.REFERRER, "p", unit, 1, level=2)
    assert desk.grant(share).outcomes[0].result is Result.TOO_DEEP
    assert desk.grant(share, terms=Terms(levels={unit: 2})).outcomes[0].result is Result.GRANTED


def test_a_claim_is_paid_once_and_whole() -> None:
    desk = Desk()
    desk.posted(5)
    claim = desk.redeem(3)
    assert (desk.has(AccountKind.LIABILITY), desk.has(AccountKind.PAID)) == (-3, 0)
    with pytest.raises(RedemptionMismatchError, match="3 points"):
        desk.run(Settle(claim.key, "points", 2, "c", T))
    with pytest.raises(RedemptionNotFoundError):
        desk.run(Settle("f", "points", 1_000, "c", T))
    paid = desk.run(Settle(claim.key, "points", 3, "c", T - DAY))
    assert [(o.result, o.profile, o.amount) for o in paid.outcomes] == [(Result.PAID, "p", 3)]
    assert paid.effective_at == claim.effective_at, "nothing is paid before it was claimed"
    assert desk.run(Settle(claim.key, "points", 99, "c", T)) is paid
    assert (desk.has(AccountKind.LIABILITY), desk.has(AccountKind.PAID), desk.has(AccountKind.EXPENSE)) == (
        0,
        -3,
        3,
    )


def test_all_that_can_be_spent_is_spent_without_an_amount() -> None:
    desk = Desk()
    desk.posted(5, lasts=DAY)
    desk.posted(3, lasts=9 * DAY)
    everything = Redeem("all", "v", ("p",), "points", None, "c", T + 2 * DAY)
    assert [outcome.amount for outcome in desk.run(everything).outcomes] == [3]
    nothing = desk.run(Redeem("none", "v", ("p",), "points", None, "c", T + 2 * DAY))
    assert (nothing.outcomes, nothing.postings) == ((), ())


def test_what_expires_first_is_spent_first() -> None:
    desk = Desk()
    never, late, soon = desk.posted(5), desk.posted(5, lasts=9 * DAY), desk.posted(5, lasts=DAY)
    told = desk.redeem(8)
    assert [(o.reward, o.amount) for o in told.outcomes] == [(soon, 5), (late, 3)]
    assert desk.book.reward(soon).state is State.REDEEMED
    assert desk.book.reward(late).state is desk.book.reward(never).state is State.POSTED
    assert (desk.has(AccountKind.EXPENSE), desk.has(AccountKind.LIABILITY)) == (8, -8)


def test_the_clock_of_expiry_starts_when_a_reward_matures() -> None:
    desk = Desk()
    (reward,) = desk.grant(points(5), terms=Terms(validity={"points": DAY})).rewards
    desk.run(Approve("a", (reward.key,), "c", T))
    desk.run(Mature("m", (reward.key,), "c", T + 10 * DAY))
    assert desk.book.reward(reward.key).expires_at == T + 11 * DAY
    assert not desk.run(Expire("e1", "v", "p", "points", "c", T + 11 * DAY - 1)).postings
    with pytest.raises(InsufficientError):
        desk.redeem(5, at=T + 11 * DAY)
    assert desk.run(Expire("e2", "v", "p", "points", "c", T + 11 * DAY)).outcomes[0].amount == 5
    assert (desk.has(AccountKind.AVAILABLE), desk.has(AccountKind.BUDGET)) == (0, 1_000)


def test_what_was_spent_goes_to_review_and_is_not_debited() -> None:
    desk = Desk()
    key = desk.posted(10)
    desk.posted(10, at=T + 1)
    desk.redeem(4)
    outcome = desk.reverse(key).outcomes[0]
    assert (outcome.result, outcome.amount, outcome.reason) == (
        Result.REVIEW_REQUIRED,
        6,
        "4 of it is not there",
    )
    assert desk.has(AccountKind.AVAILABLE) == 10
    last = desk.reverse(key, policy=ReturnPolicy.UNLIMITED).outcomes[0]  # a person decided so
    assert (last.result, last.amount, desk.has(AccountKind.AVAILABLE)) == (Result.REVERSED, 4, 6)


def test_only_what_is_pending_is_taken_where_the_policy_says_so() -> None:
    desk = Desk()
    key = desk.posted(10)
    told = desk.reverse(key, policy=ReturnPolicy.ONLY_PENDING)
    assert (told.outcomes[0].result, told.postings) == (Result.KEPT, ())
    (pending,) = desk.grant(points(5)).rewards
    assert desk.reverse(pending.key, policy=ReturnPolicy.ONLY_PENDING).outcomes[0].amount == 5


def test_a_debt_is_filled_by_what_matures_next_before_it_can_be_spent() -> None:
    desk = Desk()
    key = desk.posted(10)
    desk.redeem(10)
    desk.reverse(key, policy=ReturnPolicy.UNLIMITED)
    assert desk.has(AccountKind.AVAILABLE) == -10
    other = desk.posted(14, profile="q")
    with pytest.raises(InsufficientError):
        desk.redeem(5, "p", "q")  # together they have four
    late = desk.posted(12, lasts=DAY)
    assert (desk.book.reward(late).available, desk.book.reward(late).settled) == (2, 10)
    assert desk.book.reward(key).available == 0
    assert [o.reward for o in desk.redeem(5, "p", "q").outcomes] == [late, other]


def test_status_is_never_spent_and_never_expires_unless_terms_say_so() -> None:
    desk = Desk()
    for validity, expires in (({}, None), ({"status": DAY}, T + DAY)):
        share = Share(Side.REFERRER, "p", "status", 5)
        (reward,) = desk.grant(share, terms=Terms(validity=validity)).rewards
        desk.run(Approve(next(KEYS), (reward.key,), "c", T))
        desk.run(Mature(next(KEYS), (reward.key,), "c", T))
        assert desk.book.reward(reward.key).expires_at == expires
    with pytest.raises(NotSpendableError):
        desk.run(Redeem("s", "v", ("p",), "status", 1, "c", T))


def test_nothing_takes_effect_before_what_it_builds_on() -> None:
    desk = Desk()
    key = desk.posted(5, at=T + DAY)
    assert desk.reverse(key, at=T).effective_at == T + DAY


def test_a_balance_is_that_of_a_time_as_it_was_known_at_a_position() -> None:
    desk = Desk()
    desk.grant(points(5), at=T + 2 * DAY)
    desk.grant(points(3), at=T + DAY)
    pending = Account("v", AccountKind.PENDING, "points", "p")
    assert balance(desk.history, pending) == 8
    assert balance(desk.history, pending, effective_at=T + DAY) == 3
    assert balance(desk.history, pending, effective_at=T + DAY, position=2) == 0
    assert balance(desk.history, pending, position=2) == 5


def test_the_budget_keeps_its_floor() -> None:
    desk = Desk(budget=10)
    desk.run(Fund("g", "v", "points", -2, "c", T, floor=5))
    assert desk.grant(points(4)).outcomes[0].result is Result.BUDGET_EXHAUSTED
    assert desk.grant(points(3)).outcomes[0].result is Result.GRANTED
    with pytest.raises(InsufficientError):
        desk.run(Fund("h", "v", "points", -1, "c", T, floor=5))
    with pytest.raises(InputError, match="floor"):
        Fund("h", "v", "points", 1, "c", T, floor=None)


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_an_illegal_move_is_refused_by_name(before: State, after: State) -> None:
    if after in ALLOWED[before]:
        assert move(before, after) is after
    else:
        with pytest.raises(IllegalMoveError, match=f"{before} cannot become {after}"):
            move(before, after)


def test_every_state_can_be_reversed_and_a_reversal_is_the_end() -> None:
    assert all(State.REVERSED in after for before, after in ALLOWED.items() if before is not State.REVERSED)
    assert not ALLOWED[State.REVERSED]
    desk = Desk()
    key = desk.posted(5)
    desk.reverse(key)
    with pytest.raises(IllegalMoveError):
        desk.reverse(key)


def test_what_does_not_belong_together_is_refused() -> None:
    desk = Desk()
    one, other = desk.posted(1), desk.posted(1)
    with pytest.raises(InputError, match="several grants"):
        desk.reverse(one, other)
    with pytest.raises(InputError, match="each once"):
        desk.reverse(one, one)
    with pytest.raises(InputError, match="each once"):
        desk.reverse()
    with pytest.raises(RewardNotFoundError):
        desk.reverse("none")
    with pytest.raises(InputError, match="sides"):
        desk.grant(points(1), points(1))
    with pytest.raises(InputError, match="Levels"):
        points(1, level=0)


def test_units() -> None:
    assert [decimals(unit) for unit in ("CNY", "JPY", "KWD", "points", "status")] == [2, 0, 3, 0, 0]
    assert [unit for unit in ("CNY", "points", "status") if spends(unit)] == ["CNY", "points"]
    for wrong in ("cny", "XXX", ""):
        with pytest.raises(InputError, match="no unit"):
            check_unit(wrong)
    for amount in (0, -1, 10**15 + 1):
        with pytest.raises(InputError, match="amount"):
            check_amount(amount)


@pytest.mark.parametrize(
    ("period", "first", "next_"),
    [
        (Period.YEAR, "2024-01-01", "2025-01-01"),
        (Period.MONTH, "2024-12-01", "2025-01-01"),
        (Period.DAY, "2024-12-31", "2025-01-01"),
    ],
)
def test_periods_are_of_the_calendar(period: Period, first: str, next_: str) -> None:
    at = from_datetime(to_datetime(0).fromisoformat("2024-12-31T23:59:59+08:00"))
    ends = [from_datetime(to_datetime(0).fromisoformat(f"{day}T00:00:00+08:00")) for day in (first, next_)]
    assert list(bounds(period, at, zone="Asia/Shanghai")) == ends
    assert bounds(period, ends[1], zone="Asia/Shanghai")[0] == ends[1]


def test_a_debt_is_neither_spent_nor_expires() -> None:
    desk = Desk()
    key = desk.posted(10, lasts=DAY)
    desk.redeem(10)
    desk.reverse(key, policy=ReturnPolicy.UNLIMITED)
    nothing = desk.run(Redeem("none", "v", ("p",), "points", None, "c", T))
    assert (nothing.outcomes, nothing.postings) == ((), ())
    assert not desk.run(Expire("e", "v", "p", "points", "c", T + 2 * DAY)).postings
    assert desk.has(AccountKind.AVAILABLE) == -10
