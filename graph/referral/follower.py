"""Referrals follow the change feed: whoever a change concerns is judged again, and the ledger has what that says.

One commit has all of it: referrals, flags, reviews, who brought whom, postings, what other systems are told, and the
new place in the feed. So it may be killed anywhere, and nothing is paid twice. What time alone changes (a window
closes, a return window ends) is looked for when the feed has nothing new; a run that is cut off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.feed.cursor import MOVING, FeedCursor, Step
from graph.feed.follow import OvertakenError
from graph.ledger.book import Book
from graph.ledger.commands import Command
from graph.ledger.model import Account, AccountKind
from graph.ledger.repository import LedgerRepository
from graph.ledger.stored import Concern, profiles_of
from graph.referral.case import Judged
from graph.referral.forest import REVIEWED, Edge, forest_of
from graph.referral.gather import Gathered, Gatherer, Look
from graph.referral.judge import judge
from graph.referral.policy import Policies, Policy
from graph.referral.programmes import Programme, Programmes
from graph.referral.rows import (
    Derived,
    Moved,
    Rows,
    accepted_rows,
    ahead_rows,
    edges_of,
    forest_reviews,
    forest_rows,
    judged_rows,
    review_rows,
)
from graph.referral.settle import Review, Settlement, settle
from graph.referral.tell import events_of
from graph.webhook.outbox import tell

DUE: Final = 500
"""Referrals that are looked at together because of their time."""
KINDS: Final = (*MOVING, "household", "tag", "claim")


class Referrals:
    """Keeps referrals as the evidence says; any number of processes may, each step is done once."""

    name = "referrals"

    def __init__(
        self,
        database: Database,
        *,
        programmes: Programmes,
        ledger: LedgerRepository,
        policies: Policies,
        look: Look,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._programmes = programmes
        self._ledger = ledger
        self._policies = policies
        self._gatherer = Gatherer(database, look)
        self._clock = clock
        self._cursor = FeedCursor(database, name=self.name, kinds=KINDS)

    async def follow(self) -> int | None:
        """Look at the next entries, else at what is due; answers how many friends, None where there is nothing."""
        step = await self._cursor.next()
        if step is not None:
            return await self._follow_feed(step)
        place = await self._cursor.here()
        due = await self._due()
        if due is None:
            return None
        programmes = await self._programmes.all() if due.friends else {}
        await self._judge(place, due.friends, programmes, erased=due.erased, came=due.came)
        return len(due.friends) + len(due.erased)

    async def _follow_feed(self, step: Step) -> int:
        programmes = await self._programmes.all()
        if not programmes:  # nobody refers: what comes in costs nothing here
            await self._judge(step, (), programmes)
            return 0
        asked = {
            "profiles": sorted(step.profiles),
            "oneIds": sorted(step.one_ids),
            "after": step.position,
            "until": step.until,
        }
        row = await self._database.read_one("referral.find_friends", asked=asked)
        friends, makers = row or ((), ())
        await self._judge(step, frozenset(friends), programmes, makers=makers, former=step.one_ids)
        return len(friends)

    async def _due(self) -> _Due | None:
        """What time alone changes now; None where nothing is."""
        row = await self._database.read_one("referral.list_due", until=self._clock(), limit=DUE)
        due, ahead = row or ((), ())
        if not due and not ahead:
            return None
        return _Due(
            frozenset(one_id for _, one_id in (*due, *ahead) if one_id is not None),
            tuple(id_ for id_, one_id in due if one_id is None),
            tuple(profile for profile, _ in ahead),
        )

    async def _judge(
        self,
        step: Step,
        friends: Collection[str],
        programmes: Mapping[str, Programme],
        *,
        makers: Sequence[str] = (),
        former: Collection[str] = (),
        erased: Sequence[str] = (),
        came: Sequence[str] = (),
    ) -> None:
        """Judge friends, and commit what is different with the new place in the feed.

        What `makers` made is looked at later; `former` are users who may be no more; of `came`, profiles, the time of
        something has come that lay ahead.
        """
        plan = await self._plan(friends, former, programmes)
        ahead_rows(plan.rows, plan.gathered, came, now=plan.now)
        plan.rows.changed += makers
        plan.rows.referrals += [[id_, {"dueAt": None}, "", ""] for id_ in erased]
        operation_id = new_id()

        async def work(tx: Transaction) -> None:
            if not plan.rows and not plan.commands:  # no need of the feed's lock, which others wait for
                await self._cursor.advance(tx, step)
                return
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            await self._cursor.advance(tx, step)
            await self._write(tx, begun, plan)

        with suppress(OvertakenError, feed.AlreadyCommittedError):
            await self._database.in_write(work)

    async def _plan(
        self, friends: Collection[str], former: Collection[str], programmes: Mapping[str, Programme]
    ) -> _Plan:
        now = self._clock()
        if not friends or not programmes:
            return _Plan(now)
        gathered = await self._gatherer.gather(friends, programmes)
        cases = [
            _Case(tuple(judge(case, policy=policy, now=now)), policy)
            for case in gathered.cases
            for policy in [self._policies.of(programmes[case.programme].newest.terms.jurisdiction)]
        ]
        judged = [one for case in cases for one in case.judged]
        plan = _Plan(now, cases, gathered)
        plan.concern = concern_of_judged(judged)
        settled = plan.settle(await self._ledger.read(plan.concern))
        plan.commands = [command.key for each in settled for command in each.commands]
        plan.moved = judged_rows(plan.rows, gathered, judged)
        accepted_rows(plan.rows, gathered)
        await self._forest(plan, judged, friends, former)
        plan.review(settled)
        return plan

    async def _forest(
        self, plan: _Plan, judged: Sequence[Judged], friends: Collection[str], former: Collection[str]
    ) -> None:
        """Who brought the friends, and all above them: what is below a user changes nothing for them."""
        mine = edges_of(judged)
        asked = sorted({*friends, *(edge.referrer for edge in mine)})
        row = await self._database.read_one("referral.find_above", asked={"oneIds": asked})
        above: list[str] = row[0] if row else []
        found = await self._database.read_one(
            "referral.read_edges",
            asked={"oneIds": sorted(above), "former": sorted(former), "kinds": sorted(REVIEWED)},
        )
        stored, derived, reviews = found or ((), (), ())
        others = [Edge(*edge) for edge in stored if edge[2] not in friends]
        forest = forest_of([*mine, *others])
        forest_rows(plan.rows, forest, [Derived(*each) for each in derived])
        plan.asked = forest_reviews(forest)
        plan.states = {**plan.gathered.reviews, **dict(reviews)}

    async def _write(self, tx: Transaction, begun: feed.Begun, plan: _Plan) -> None:
        settled: list[Settlement] = []

        def wanted(book: Book) -> list[Command]:
            settled[:] = plan.settle(book, settled)
            return [command for each in settled for command in each.commands]

        concern = replace(plan.concern, keys=plan.commands)
        entries = await self._ledger.settle(tx, begun, concern, wanted)
        plan.review(settled)
        await tx.one("referral.write_judged", rows=plan.rows.parameter(), recordedAt=begun.recorded_at)
        await tell(
            tx, events_of(plan.moved, entries, plan.rows.reviews, at=begun.recorded_at), at=begun.recorded_at
        )
        await feed.append(
            tx,
            begun,
            kind="referral",
            users={moved.one_id for moved in plan.moved},
            profiles=profiles_of(entries),
        )


@dataclass(frozen=True, slots=True)
class _Due:
    """Friends to judge; referrals of whom nobody is left; profiles of whom something lay ahead until now."""

    friends: frozenset[str]
    erased: tuple[str, ...]
    came: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """The referrers of one friend in one programme, and what the law lets be paid there."""

    judged: tuple[Judged, ...]
    policy: Policy


@dataclass(slots=True)
class _Plan:
    """What a step comes to, worked out before the lock."""

    now: int
    cases: Sequence[_Case] = ()
    gathered: Gathered = field(default_factory=Gathered)
    rows: Rows = field(default_factory=Rows)
    moved: Sequence[Moved] = ()
    concern: Concern = field(default_factory=Concern)
    commands: Sequence[str] = ()
    asked: Sequence[Review] = ()
    """What people are asked about who brought whom."""
    states: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of the reviews of all whom the step concerns."""

    def settle(self, book: Book, before: Sequence[Settlement] = ()) -> list[Settlement]:
        """What follows for the ledger as it is: what is not decided yet, and all reviews.

        `before` is what followed before the last commands were decided: who wanted none of them wants none now.
        """
        return [
            before[place]
            if before and not before[place].commands
            else settle(case.judged, book, policy=case.policy, decided=self.gathered.decided, now=self.now)
            for place, case in enumerate(self.cases)
        ]

    def review(self, settled: Sequence[Settlement]) -> None:
        """Say which reviews are open with what was settled so."""
        reviews = [review for each in settled for review in each.reviews]
        review_rows(self.rows, [*reviews, *self.asked], self.states)


def concern_of_judged(judged: Sequence[Judged]) -> Concern:
    """What must be known of the ledger to settle these."""
    return Concern(
        budgets={
            Account(one.terms.id, AccountKind.BUDGET, due.unit).key for one in judged for due in one.dues
        },
        profiles={due.profile for one in judged for due in one.dues},
        referrals={member.id for one in judged for member in one.members},
    )
