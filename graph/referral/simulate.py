"""What a programme would have granted over the referrals there are, had its terms always held. Writes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from graph.clock import Clock, system_clock
from graph.db.database import Database
from graph.ledger.book import Book
from graph.ledger.commands import Grant
from graph.ledger.decide import decide
from graph.ledger.model import Account, AccountKind, Entry, Result
from graph.ledger.moves import State
from graph.referral.case import Judged
from graph.referral.gather import Gatherer, Look
from graph.referral.judge import judge
from graph.referral.policy import Policies, Policy
from graph.referral.programmes import Programme, Version, budgets_of
from graph.referral.service import Place, ReferralService
from graph.referral.settle import Decided, settle
from graph.referral.terms import Terms

PAGE: Final = 500
_ALWAYS: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Granted:
    """What one rule would have granted: how often, how much in the unit's smallest part, and how often not and why."""

    rule: str
    unit: str
    count: int
    amount: int
    stopped: Counter[str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Simulated:
    """What terms would have come to: referrals by progress and judgement, grants by rule, what is left of budgets."""

    referrals: int
    progress: Counter[str] = field(hash=False)
    judgement: Counter[str] = field(hash=False)
    rules: tuple[Granted, ...]
    left: dict[str, int] = field(hash=False)


class Simulation:
    """Judges the referrals of a programme by other terms, and settles them in a ledger of its own."""

    def __init__(
        self,
        database: Database,
        *,
        referrals: ReferralService,
        policies: Policies,
        look: Look,
        clock: Clock = system_clock,
    ) -> None:
        self._referrals = referrals
        self._policies = policies
        self._gatherer = Gatherer(database, look)
        self._clock = clock

    async def simulate(self, terms: Terms, *, advance: Callable[[int], None] = lambda _: None) -> Simulated:
        """What `terms` would have come to for the referrals of the programme of that id, as they are now.

        Flags hold nothing here that they would not hold; caps and budgets count in the order of time. `advance` is told
        how many more referrals were looked at.
        """
        now = self._clock()
        always = terms.model_copy(update={"starts_on": _ALWAYS, "ends_on": None})
        programmes = {terms.id: Programme(terms.id, (Version(always, always.digest(), "", now),))}
        policy = self._policies.of(terms.jurisdiction)
        cases: list[tuple[Judged, ...]] = []
        place: Place | None = Place()
        seen: set[str] = set()
        while place is not None:
            page, place = await self._referrals.page(terms.id, after=place, first=PAGE)
            friends = {each.friend for each in page if each.friend is not None} - seen
            seen |= friends
            gathered = await self._gatherer.gather(friends, programmes)
            for case in gathered.cases:
                cases.append(tuple(judge(case, policy=policy, now=now)))
            advance(len(page))
        return _simulated(always, cases, policy=policy, now=now)


def _simulated(terms: Terms, cases: Sequence[tuple[Judged, ...]], *, policy: Policy, now: int) -> Simulated:
    judged = [one for case in cases for one in case]
    book = Book(people=_people(judged))
    for command in budgets_of(terms, None, at=0):
        book.record(decide(book, command))
    stopped: dict[str, Counter[str]] = defaultdict(Counter)
    for case in sorted(cases, key=_first_due):
        while commands := settle(case, book, policy=policy, decided=Decided(), now=now).commands:
            for command in commands:
                entry = decide(book, command)
                book.record(entry)
                if isinstance(command, Grant):
                    _note(command, entry, stopped)
    return Simulated(
        referrals=len(judged),
        progress=Counter(str(one.course.progress) for one in judged),
        judgement=Counter(str(one.verdict.judgement) for one in judged),
        rules=_rules(terms, book, stopped),
        left={
            budget.unit: book.balances.get(Account(terms.id, AccountKind.BUDGET, budget.unit), 0)
            for budget in terms.budgets
        },
    )


def _people(judged: Sequence[Judged]) -> dict[str, str]:
    """Whose each profile is: caps count over a person."""
    people: dict[str, str] = {}
    for one in judged:
        for member in one.members:
            people[member.referrer_profile] = one.referrer
            people[member.friend_profile] = one.friend
    return people


def _first_due(case: tuple[Judged, ...]) -> tuple[int, str]:
    times = [due.at for one in case for due in one.dues if due.at is not None]
    return min(times, default=0), case[0].id if case else ""


def _note(command: Grant, entry: Entry, stopped: dict[str, Counter[str]]) -> None:
    """Count what a grant did not give, by rule."""
    for share, outcome in zip(command.shares, entry.outcomes, strict=True):
        if outcome.result is not Result.GRANTED:
            stopped[share.rule or command.rule][outcome.reason or str(outcome.result)] += 1


def _rules(terms: Terms, book: Book, stopped: dict[str, Counter[str]]) -> tuple[Granted, ...]:
    count: Counter[str] = Counter()
    amount: Counter[str] = Counter()
    for reward in book.rewards.values():
        if reward.state is not State.REVERSED:
            count[reward.rule] += 1
            amount[reward.rule] += reward.amount
    return tuple(
        Granted(rule.id, rule.unit, count[rule.id], amount[rule.id], stopped[rule.id])
        for rule in terms.rewards
    )
