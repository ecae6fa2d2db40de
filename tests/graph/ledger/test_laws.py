"""The ledger against a second writing of it, by any sequence of operations, and the laws of every ledger."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from graph.clock import DAY
from graph.errors import GuanxiError
from graph.ledger.book import Book, balance
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
from graph.ledger.decide import decide
from graph.ledger.model import (
    Account,
    AccountKind,
    Cap,
    Entry,
    EntryKind,
    Measure,
    Period,
    Result,
    ReturnPolicy,
    Side,
    Terms,
)
from graph.ledger.moves import State
from tests.graph.ledger.oracle import Coins, Refused
from tests.laws import examples

PEOPLE = {"p": "one", "q": "one", "r": "two"}
UNITS = ("CNY", "points", "status")
START = 1_767_196_800_000_000  # the first midnight of a year in China
TERMS = Terms(
    caps=(
        Cap("points", 9, Period.MONTH),
        Cap("CNY", 3, Period.DAY, Measure.REWARDS),
        Cap("status", 30),
    ),
    levels={"status": 3},
    validity={"points": 5 * DAY, "CNY": 40 * DAY},
)
times = st.integers(-3, 20).map(lambda day: START + day * DAY)
amounts = st.integers(1, 6)
units = st.sampled_from((*UNITS, "points"))
profiles = st.sampled_from(sorted(PEOPLE))
shares = st.builds(
    Share,
    side=st.just(Side.REFERRER),
    profile=profiles,
    unit=units,
    amount=amounts,
    level=st.sampled_from((1, 1, 1, 1, 1, 1, 2, 4)),
    disqualified=st.sampled_from(("", "", "", "", "", "", "selfReferral")),
)


class Ledger(RuleBasedStateMachine):
    """Any operations in any order, on `graph.ledger` and on coins."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book(people=PEOPLE)
        self.coins = Coins(PEOPLE)
        self.history: list[Entry] = []
        self.commands: list[Command] = []
        self.past: dict[int, dict[tuple[str, str, str], int]] = {}
        self.keys = map(str, itertools.count())
        for unit in ("CNY", "points"):
            self.fund(unit=unit, amount=25, floor=0, at=START)
        for profile, unit in itertools.product(PEOPLE, UNITS):
            self.grant([Share(Side.REFERRER, profile, unit, 2)], START)
        self.clear_all(START)

    def both(self, command: Command) -> Entry | None:
        """Decide, and record; None where it was refused, the name of which `told` has."""
        self.told = ""
        before = dict(self.book.rewards), dict(self.book.balances)
        try:
            entry = decide(self.book, command)
        except GuanxiError as error:
            self.told = error.code
            assert before == (self.book.rewards, self.book.balances)
            return None
        assert before == (self.book.rewards, self.book.balances), "deciding changes nothing"
        self.book.record(entry)
        self.history.append(entry)
        self.commands.append(command)
        return entry

    @rule(unit=units, amount=st.integers(-5, 15).filter(bool), floor=st.integers(0, 3), at=times)
    def fund(self, unit: str, amount: int, floor: int, at: int) -> None:
        entry = self.both(Fund(next(self.keys), "v", unit, amount, "c", at, floor))
        with self.same_refusal(entry):
            self.coins.fund(unit, amount, floor)

    @rule(given=st.lists(shares, min_size=1, max_size=2), at=times)
    def grant(self, given: list[Share], at: int) -> None:
        sides = [replace(share, side=side) for share, side in zip(given, Side, strict=False)]
        entry = self.both(Grant("v", next(self.keys), "rule", "delivered", at, tuple(sides), TERMS))
        assert entry is not None
        told = [
            self.coins.grant(
                outcome.reward, share.profile, share.unit, share.amount, at=at, level=share.level,
                levels={"status": 3}, disqualified=bool(share.disqualified),
                caps=[("points", 9, "month", "amount"), ("CNY", 3, "day", "rewards"), ("status", 30, "ever", "amount")],
                validity={"points": 5 * DAY, "CNY": 40 * DAY}.get(share.unit),
            )
            for share, outcome in zip(sides, entry.outcomes, strict=True)
        ]  # fmt: skip
        assert [outcome.result for outcome in entry.outcomes] == told, "both sides are decided, whatever of"

    @rule(pick=st.integers(0), at=times, matured=st.booleans())
    def advance(self, pick: int, at: int, matured: bool) -> None:
        key = self.one(pick)
        entry = self.both((Mature if matured else Approve)(next(self.keys), (key,), "c", at))
        with self.same_refusal(entry):
            effective = self.coins.mature(key, at) if matured else self.coins.approve(key, at)
            assert entry is None or entry.effective_at == effective

    @precondition(lambda self: any(r.pending for r in self.book.rewards.values()))
    @rule(at=times)
    def clear_all(self, at: int) -> None:
        """Everything that waits matures."""
        for key in sorted(self.book.rewards):
            for matured, state in ((False, State.PENDING), (True, State.APPROVED)):
                if self.book.rewards[key].state is state:
                    self.advance(sorted(self.book.rewards).index(key), at, matured)

    @rule(
        pick=st.integers(0),
        also=st.sampled_from((*sorted(PEOPLE), "", "")),
        amount=st.none() | amounts,
        at=times,
    )
    def redeem(self, pick: int, also: str, amount: int | None, at: int) -> None:
        reward = self.book.rewards[self.one(pick, there=True)]
        of = sorted({reward.profile, also or reward.profile})
        command = Redeem(next(self.keys), "v", tuple(of), reward.unit, amount, "c", at)
        entry = self.both(command)
        with self.same_refusal(entry):
            effective = self.coins.redeem(command.key, of, reward.unit, amount, at)
            assert entry is None or entry.effective_at == effective

    @rule(pick=st.integers(0), more=st.sampled_from((0, 0, 0, 1)), at=times)
    def settle(self, pick: int, more: int, at: int) -> None:
        claims = sorted(self.coins.claims) or ["nothing was claimed"]
        claim = claims[pick % len(claims)]
        unit, amount, paid = self.coins.claims.get(claim, ("CNY", 1, False))
        command = Settle(claim, unit, amount + more or 1, "c", at)
        before = len(self.history)
        entry = self.both(command)
        if paid:  # told what was paid first: no new entry
            assert entry is self.history.pop()
            self.commands.pop()
            assert entry.key in {known.key for known in self.history}
        with self.same_refusal(entry):
            self.coins.settle(claim, unit, amount + more or 1)
        assert len(self.history) == before + (entry is not None and not paid)

    @rule(pick=st.integers(0), at=times.map(lambda at: at + 8 * DAY))
    def expire(self, pick: int, at: int) -> None:
        reward = self.book.rewards[self.one(pick, there=True)]
        left = self.book.balances.get(reward.account(AccountKind.AVAILABLE), 0)
        entry = self.both(Expire(next(self.keys), "v", reward.profile, reward.unit, "c", at))
        assert entry is not None
        assert sum(outcome.amount for outcome in entry.outcomes) <= max(left, 0)
        assert entry.effective_at == self.coins.expire(reward.profile, reward.unit, at)

    @rule(pick=st.integers(0), policy=st.sampled_from(ReturnPolicy), at=times)
    def reverse(self, pick: int, policy: ReturnPolicy, at: int) -> None:
        key = self.one(pick)
        entry = self.both(Reverse(next(self.keys), (key,), policy, "c", at))
        with self.same_refusal(entry):
            told, effective = self.coins.reverse(key, policy, at)
            assert entry is None or (entry.outcomes[0].result, entry.effective_at) == (told, effective)

    @rule(pick=st.integers(0))
    def repeat(self, pick: int) -> None:
        which = pick % len(self.commands)
        before = dict(self.book.balances), dict(self.book.rewards)
        again = decide(self.book, self.commands[which])
        assert again is self.history[which], "the same key is told the first result"
        self.book.record(again)
        assert before == (self.book.balances, self.book.rewards)

    def one(self, pick: int, *, there: bool = False) -> str:
        """A reward's key, or with `there` that of one with something available, if any has."""
        keys = sorted(self.book.rewards)
        keys = [key for key in keys if there and self.book.rewards[key].available > 0] or keys
        return keys[pick % len(keys)]

    def same_refusal(self, entry: Entry | None) -> _SameRefusal:
        return _SameRefusal("" if entry else self.told)

    @invariant()
    def accounts_hold_what_the_coins_say(self) -> None:
        assert by_account(self.book.balances) == self.coins.balances()
        self.past[len(self.history)] = self.coins.balances()

    @invariant()
    def rewards_are_where_the_coins_say(self) -> None:
        assert {key: str(r.state) for key, r in self.book.rewards.items()} == {
            key: self.coins.state(key) for key in self.coins.rewards
        }

    @invariant()
    def transactions_sum_to_zero_in_each_unit(self) -> None:
        for entry in self.history[-3:]:
            sums: Counter[str] = Counter()
            for posting in entry.postings:
                assert posting.amount
                assert posting.account.programme == entry.programme
                assert (
                    posting.reward is None or self.book.rewards[posting.reward].unit == posting.account.unit
                )
                sums[posting.account.unit] += posting.amount
            assert not any(sums.values())

    @invariant()
    def a_reward_is_the_sum_of_its_postings(self) -> None:
        sums: Counter[tuple[str, str]] = Counter()
        for posting in (posting for entry in self.history for posting in entry.postings if posting.reward):
            sums[posting.reward or "", posting.account.kind] += posting.amount
        for key, r in self.book.rewards.items():
            assert r.amount == r.pending + r.available + r.spent + r.expired + r.returned + r.settled
            assert (r.pending, r.available, r.spent) == tuple(
                sums[key, kind] for kind in (AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.SPENT)
            )
            assert sums[key, AccountKind.BUDGET] == -r.amount + r.expired + r.returned

    @invariant()
    def nothing_is_below_its_floor(self) -> None:
        for account, amount in self.book.balances.items():
            floor = self.book.floor(account)
            if account.kind is AccountKind.BUDGET and floor is not None:
                assert amount >= floor
            if account.kind in {AccountKind.PENDING, AccountKind.SPENT}:
                assert amount >= 0
            if account.kind is AccountKind.AVAILABLE:
                lots = self.book.lots("v", (account.profile,), account.unit)
                assert len({lot.available > 0 for lot in lots}) <= 1, "debts are paid from what is there"
                assert all(lot.state is State.REVERSED for lot in lots if lot.available < 0)

    @invariant()
    def status_is_neither_spent_nor_expired(self) -> None:
        assert not any(r.spent or r.expired for r in self.book.rewards.values() if r.unit == "status")

    @invariant()
    def no_posting_is_beyond_the_policy(self) -> None:
        deepest = dict.fromkeys(UNITS, 1) | {"status": 3}
        asked = {
            (command.key, share.side): share
            for command in self.commands
            if isinstance(command, Grant)
            for share in command.shares
        }
        for r in self.book.rewards.values():
            assert asked[r.grant, r.side].level <= deepest[r.unit]
            assert not asked[r.grant, r.side].disqualified

    def teardown(self) -> None:
        keys = [entry.key for entry in self.history]
        assert len(set(keys)) == len(keys)
        grants = {entry.key for entry in self.history if entry.kind is EntryKind.GRANT}
        for entry in self.history:
            assert (entry.reverses in grants) is (entry.kind is EntryKind.REVERSE)
        for position, then in self.past.items():
            for account in self.book.balances:
                told = balance(self.history, account, position=position)
                assert told == then.get((account.kind, account.unit, account.profile), 0)
        self.at_past_times()
        again = Book(people=PEOPLE)
        for entry in self.history:
            again.record(entry)
        assert (again.balances, again.rewards) == (self.book.balances, self.book.rewards)

    def at_past_times(self) -> None:
        """Of what no policy lets fall below zero, nothing was below zero at any time."""
        owing = any(c.policy is ReturnPolicy.UNLIMITED for c in self.commands if isinstance(c, Reverse))
        moments = sorted({entry.effective_at for entry in self.history})
        for account in self.book.balances:
            held = [balance(self.history, account, effective_at=moment) for moment in moments]
            assert held[-1] == self.book.balances[account]
            if account.kind is AccountKind.PENDING or (account.kind is AccountKind.AVAILABLE and not owing):
                assert min(held) >= 0


class _SameRefusal:
    """The oracle refuses in this block what was refused, by the same name, and nothing else."""

    def __init__(self, told: str) -> None:
        self.told = told

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None or isinstance(error, Refused):
            assert (str(error) if error else "") == self.told
            return True
        return False


def by_account(balances: dict[Account, int]) -> dict[tuple[str, str, str], int]:
    return {(str(a.kind), a.unit, a.profile): amount for a, amount in balances.items() if amount}


def test_any_operations_leave_what_the_coins_say() -> None:
    run_state_machine_as_test(
        Ledger, settings=settings(max_examples=examples(100), stateful_step_count=40, deadline=None)
    )


def run(book: Book, *commands: Command) -> list[Entry]:
    """Decide and record each."""
    told: list[Entry] = []
    for command in commands:
        told.append(decide(book, command))
        book.record(told[-1])
    return told


def funded(**units: int) -> Book:
    book = Book(people=PEOPLE)
    run(book, *(Fund(f"fund {u}", "v", u, amount, "c", START) for u, amount in units.items()))
    return book


@st.composite
def independent(draw: st.DrawFn) -> list[list[Command]]:
    """Lives of rewards of people of their own: in each the order counts, between them it does not."""
    lives: list[list[Command]] = []
    for number in range(draw(st.integers(2, 4))):
        share = Share(Side.REFERRER, f"person {number}", draw(units), draw(amounts))
        grant = Grant("v", f"r{number}", "rule", "c", draw(times), (share,), TERMS)
        key = (f"{grant.key}:referrer",)
        at = partial(draw, times)
        life: list[Command] = [
            grant,
            Approve(f"a{number}", key, "c", at()),
            Mature(f"m{number}", key, "c", at()),
        ]
        if share.unit != "status" and draw(st.booleans()):
            life.append(Redeem(f"s{number}", "v", (share.profile,), share.unit, 1, "c", START - 9 * DAY))
        if draw(st.booleans()):
            policy = draw(st.sampled_from(ReturnPolicy))
            life.append(Reverse(f"b{number}", key, policy, "c", at()))
        lives.append(life[: draw(st.integers(1, len(life)))])
    return lives


@given(lives=independent(), data=st.data())
@settings(max_examples=examples(80), deadline=None)
def test_the_order_of_independent_operations_does_not_count(
    lives: list[list[Command]], data: st.DataObject
) -> None:
    turns = data.draw(st.permutations([n for n, life in enumerate(lives) for _ in life]))
    rest = [iter(life) for life in lives]
    one, other = (funded(CNY=100, points=100) for _ in range(2))
    run(one, *itertools.chain.from_iterable(lives))
    run(other, *(next(rest[turn]) for turn in turns))
    assert (one.balances, one.rewards, one.entries) == (other.balances, other.rewards, other.entries)


@given(
    given_=st.lists(shares, min_size=2, max_size=2),
    steps=st.integers(0, 2),
    policy=st.sampled_from((ReturnPolicy.WITHIN_BALANCE, ReturnPolicy.UNLIMITED)),
)
@settings(max_examples=examples(100), deadline=None)
def test_reversing_a_grant_restores_every_balance(
    given_: list[Share], steps: int, policy: ReturnPolicy
) -> None:
    book = funded(CNY=100, points=100)
    before = by_account(book.balances)
    sides = tuple(replace(share, side=side) for share, side in zip(given_, Side, strict=True))
    (first,) = run(book, Grant("v", "r", "rule", "c", START, sides, TERMS))
    keys = tuple(reward.key for reward in first.rewards)
    if keys:
        run(book, *[Approve("a", keys, "c", START), Mature("m", keys, "c", START)][:steps])
        (last,) = run(book, Reverse("b", keys, policy, "c", START))
        assert last.reverses == first.key
        assert {outcome.result for outcome in last.outcomes} == {Result.REVERSED}
    assert by_account(book.balances) == before
