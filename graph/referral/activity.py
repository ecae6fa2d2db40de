"""What participants earn by acts of their own: a door reports an act, the programme's rules say what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar

from graph.clock import Clock, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import InputError, NotFoundError
from graph.ledger import model as ledger
from graph.ledger.book import Book
from graph.ledger.commands import Approve, Command, Grant, Mature, Share
from graph.ledger.model import Account, AccountKind, Outcome, Side
from graph.ledger.moves import State
from graph.ledger.repository import LedgerRepository
from graph.ledger.stored import Concern, profiles_of
from graph.operation import operation_of
from graph.referral.settle import ANY_DEPTH, key_of
from graph.referral.sharing import Sharing
from graph.referral.tell import events_of
from graph.referral.terms import Activity, Terms
from graph.webhook.outbox import tell


class ActivityNotFoundError(NotFoundError):
    """The programme rewards no such act."""

    code: ClassVar[str] = "activity_not_found"


class NotConfirmedError(InputError):
    """The act counts only when others have confirmed it."""

    code: ClassVar[str] = "not_confirmed"
    status: ClassVar[int] = 409


class Activities:
    """Grants what acts earn: at once, capped as the rules say. Who may report is the caller's to decide."""

    def __init__(
        self,
        database: Database,
        *,
        sharing: Sharing,
        ledger: LedgerRepository,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._sharing = sharing
        self._ledger = ledger
        self._clock = clock

    async def report(
        self,
        programme: str,
        one_id: str,
        event: str,
        *,
        by: str,
        idempotency_key: str,
        confirmed: bool = False,
    ) -> list[Outcome]:
        """An act of a person: what each rule for it came to, granted, approved and available in one commit.

        The same key is told the first outcome. Raises as `Sharing.admitted`, ActivityNotFoundError for an act that no
        rule names, and NotConfirmedError where every rule for it wants it confirmed.
        """
        terms, person = await self._sharing.admitted(programme, one_id)
        rules = _rules(terms, event, confirmed=confirmed)
        operation = operation_of("activity", by=by, idempotency_key=idempotency_key)
        now = self._clock()
        grants = [_grant(terms, rule, person.profile_id, f"{event} {operation}", now) for rule in rules]
        concern = Concern(
            keys={grant.key for grant in grants},
            budgets={Account(terms.id, AccountKind.BUDGET, rule.unit).key for rule in rules},
            profiles={person.profile_id},
        )

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation, now=now)
            entries = await self._ledger.settle(tx, begun, concern, lambda book: _wanted(book, grants))
            await tell(tx, events_of((), entries, (), at=begun.recorded_at), at=begun.recorded_at)
            await feed.append(tx, begun, kind="ledger", profiles=profiles_of(entries))

        with suppress(feed.AlreadyCommittedError):
            await self._database.in_write(work)
        book = await self._ledger.read(concern)
        return [outcome for grant in grants for outcome in book.entries[grant.key].outcomes]


def _rules(terms: Terms, event: str, *, confirmed: bool) -> list[Activity]:
    found = [rule for rule in terms.activities if rule.event == event]
    if not found:
        known = ", ".join(sorted({rule.event for rule in terms.activities})) or "none"
        raise ActivityNotFoundError(f"{terms.id} rewards no such act.", remedy=f"It rewards: {known}.")
    counting = [rule for rule in found if confirmed or not rule.confirmed]
    if not counting:
        raise NotConfirmedError(
            "This act counts when others have confirmed it.", remedy="Report it confirmed, once it is."
        )
    return counting


def _grant(terms: Terms, rule: Activity, profile: str, cause: str, at: int) -> Grant:
    """A grant without a referral: the participant's alone, so no level of a chain is paid."""
    return Grant(
        programme=terms.id,
        referral="",
        rule=rule.id,
        cause=cause,
        at=at,
        shares=(
            Share(Side.REFERRER, profile, rule.unit, rule.amount_minor, rule=rule.id, validity=rule.validity),
        ),
        terms=ledger.Terms(
            caps=(rule.limit,) if rule.limit is not None else (),
            levels={rule.unit: ANY_DEPTH},
            zone=terms.time_zone,
        ),
    )


def _wanted(book: Book, grants: Sequence[Grant]) -> list[Command]:
    """The grants, and what makes available what they gave."""
    commands: list[Command] = [grant for grant in grants if grant.key not in book.entries]
    keys = {grant.key for grant in grants}
    for reward in book.granted(""):
        if reward.grant in keys and reward.state is State.PENDING:
            commands.append(Approve(key_of("approve", reward), (reward.key,), "activity", reward.granted_at))
        elif reward.grant in keys and reward.state is State.APPROVED:
            commands.append(Mature(key_of("mature", reward), (reward.key,), "activity", reward.granted_at))
    return commands
