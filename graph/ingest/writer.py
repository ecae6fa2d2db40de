"""Writing a batch: one look-up, a pure decision, one transaction of two statements (feed, then rows).

The feed's head is locked first, so commits are serial and their order is known; the look-up and the decision
happen outside the lock and are checked under it: if anything they read was changed by a commit in between, the
batch is decided anew right there. See docs/adr/0003-feed-lock-first.md.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC

from neo4j.exceptions import ConstraintError

from graph.clock import Clock, new_id, system_clock, to_datetime
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import DatabaseError
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile
from graph.ingest.batch import write_rows
from graph.ingest.change import Changes, Known, ProfileChange, changes_of, identifiers_of, read_known
from graph.ingest.components import ComponentReader, ReadOne
from graph.ingest.decide import affected_components, decide, heated, unresolved
from graph.ingest.draft import Draft, draft
from graph.ingest.message import Message, Rejected
from graph.ingest.recount import Lost, read_without
from graph.ingest.rows import DeadLetter, References, Rows, build_rows
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer
from graph.search.tokens import SearchTokens

_BEWARE = 4
"""Batches that a writer decides under the feed's lock at once after it was overtaken: it is likely to be again."""


class _NothingToDoError(Exception):
    """Rolls a write back."""


class _TornReadError(Exception):
    """Between two reads of one plan another commit changed what they read."""


@dataclass(slots=True)
class Written:
    """What became of a batch, in messages; `refused` counts identifiers not taken, by namespace and code.

    `suppressed` are those of erased records: acknowledged, and stored nowhere.
    """

    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    suppressed: int = 0
    rejected: int = 0
    attempts: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def add(self, other: Written) -> None:
        """Add another batch's counts to these."""
        self.stored += other.stored
        self.duplicates += other.duplicates
        self.conflicts += other.conflicts
        self.suppressed += other.suppressed
        self.rejected += other.rejected
        self.attempts += other.attempts
        self.refused.update(other.refused)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a batch writes (no rows: nothing), and the components it read at a feed position."""

    written: Written
    rows: Rows
    position: int
    read: frozenset[str]


class Writer:
    """Writes batches of messages; any number of writers, in any number of processes, may run at once.

    Writing a message again changes nothing. A batch is written whole or not at all.
    """

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        blind: BlindIndex,
        rules: Rules,
        clock: Clock = system_clock,
        search: SearchTokens | None = None,
    ) -> None:
        """Without `search`, people are found by tokens under this blind index."""
        self._database = database
        self._keyring = keyring
        self._blind = blind
        self._rules = rules
        self._clock = clock
        self._references = References()
        self._search = search or SearchTokens(blind)
        self._reader = ComponentReader(keyring, rules)
        self._beware = 0

    async def write(self, messages: Sequence[Message], *, rejected: Sequence[Rejected] = ()) -> Written:
        """Write a batch (1,000–2,000 messages is best); returns when it is committed.

        Raises DatabaseUnavailableError (repeat it later), DatabaseError (some row is poisoned: bisect) and
        IntegrityError (the keyring is older than the graph).
        """
        return await self.write_drafts(await self.prepare(messages), rejected=rejected)

    async def prepare(self, messages: Sequence[Message]) -> list[Draft]:
        """Allot ids and keys and compute blind indexes, off the event loop."""
        return await asyncio.to_thread(draft, messages, keyring=self._keyring, blind=self._blind)

    async def write_drafts(self, drafts: Sequence[Draft], *, rejected: Sequence[Rejected] = ()) -> Written:
        """Write a prepared batch; see `write`."""
        written = await self._written(drafts, rejected, new_id())
        written.rejected = len(rejected)
        written.refused.update(
            (refusal.namespace, refusal.code) for item in drafts for refusal in item.message.refusals
        )
        return written

    async def _written(
        self, drafts: Sequence[Draft], rejected: Sequence[Rejected], operation_id: str
    ) -> Written:
        """Decide while others write; whoever is overtaken decides under the lock, and the next few batches too."""
        plan = None
        if self._beware:
            self._beware -= 1
        else:
            with suppress(_TornReadError):
                plan = await self._plan(self._database.read_one, drafts, rejected)
                if not plan.rows:
                    return plan.written
        # A constraint: another makes one of our new nodes at this moment, and under the lock we shall find it.
        with suppress(ConstraintError):
            return await self._commit(plan, drafts, rejected, operation_id)
        try:
            return await self._commit(None, drafts, rejected, operation_id, attempts=2)
        except ConstraintError as error:
            raise DatabaseError("A batch breaks a uniqueness constraint by itself.") from error

    async def _commit(
        self,
        plan: _Plan | None,
        drafts: Sequence[Draft],
        rejected: Sequence[Rejected],
        operation_id: str,
        *,
        attempts: int = 1,
    ) -> Written:
        """Write a plan; where it is stale or None make another under the feed's lock, which nobody can overtake."""
        plans = [plan] if plan else []

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(
                tx,
                operation_id=operation_id,
                now=self._clock(),
                read_position=plan.position if plan else feed.NEWEST,
                components=plan.read if plan else (),
            )
            if plan is None or begun.stale:
                if begun.stale:
                    self._beware = _BEWARE
                plans.append(await self._plan(tx.one, drafts, rejected))
                if not plans[-1].rows:
                    raise _NothingToDoError  # so that the feed has no position without an entry
            await write_rows(tx, begun, plans[-1].rows, kind="ingest", rules=self._rules)

        # Committed already: by this operation, whose answer got lost and which the driver then repeated.
        with suppress(_NothingToDoError, feed.AlreadyCommittedError):
            await self._database.in_write(work)
        written = plans[-1].written
        written.attempts = attempts + (plan is not None and plans[-1] is not plan)
        self._references.add(plans[-1].rows.get("references", ()))
        return written

    async def _plan(self, read: ReadOne, drafts: Sequence[Draft], rejected: Sequence[Rejected]) -> _Plan:
        known = await self._look_up(read, drafts)
        changes = await asyncio.to_thread(changes_of, drafts, known, self._rules)
        written = Written(
            stored=sum(len(change.drafts) for change in changes.profiles.values()),
            duplicates=changes.duplicates,
            conflicts=len(changes.conflicts),
            suppressed=changes.suppressed,
        )
        if not changes.profiles and not changes.conflicts and not rejected:
            return _Plan(written, {}, known.position, frozenset())
        pending = unresolved(changes, known, self._rules)
        components = affected_components(pending, known)
        stored, degrees = await self._read_components(read, components)
        looked_at = frozenset[str]()
        if hot := heated(changes, known, self._rules):
            near = [profile.id for profile in stored if not hot.keys().isdisjoint(profile.uses)]
            looked_at = await read_without(self._reader, read, stored, degrees, Lost(near, degrees=hot))
        born = {change.id for change in changes.profiles.values() if change.known is None}
        if not born.isdisjoint(profile.id for profile in stored):
            raise _TornReadError  # committed by another since the look-up, which did not find it
        rows = await asyncio.to_thread(self._decide, changes, known, pending, stored, degrees, rejected)
        # What was looked for counts as read even where nobody was found: its profiles may just have moved.
        # So do hot identifiers, which name nobody: a judgement may take a holder away, and they link again.
        nameless = (key for key, stored in known.identifiers.items() if not stored.components)
        read_set = frozenset(components).union(
            rows["touchedComponents"], looked_at, nameless, (feed.ERASURES,)
        )
        return _Plan(written, rows, known.position, read_set)

    async def _look_up(self, read: ReadOne, drafts: Sequence[Draft]) -> Known:
        identifiers = identifiers_of(drafts)
        row = await read(
            "ingest.look_up",
            keys={
                "records": sorted({item.record_key for item in drafts}),
                "identifiers": [
                    [key, self._rules.namespace(identifiers[key].namespace).hot]
                    for key in sorted(identifiers)
                ],
                "messages": sorted({item.key for item in drafts}),
                "suppressions": sorted({item.suppression for item in drafts}),
            },
        )
        if row is None:
            raise DatabaseError("The graph has no change feed.", remedy="Run `guanxi migrate`.")
        return read_known(row)

    async def _read_components(
        self, read: ReadOne, components: Sequence[str]
    ) -> tuple[list[StoredProfile], dict[str, tuple[int, int]]]:
        return await self._reader.read(read, components)

    def _decide(
        self,
        changes: Changes,
        known: Known,
        pending: Sequence[ProfileChange],
        stored: Sequence[StoredProfile],
        degrees: dict[str, tuple[int, int]],
        rejected: Sequence[Rejected],
    ) -> Rows:
        now = self._clock()
        decision = decide(
            changes,
            known,
            unresolved_changes=pending,
            stored=stored,
            degrees=degrees,
            birth_ids={
                change.id: new_id(now) for change in changes.profiles.values() if change.known is None
            },
            rules=self._rules,
        )
        return build_rows(
            changes,
            decision,
            known_identifiers=known.identifiers,
            references=self._references,
            search=self._search,
            dead_letters=self._dead_letters(changes, rejected),
        )

    def _dead_letters(self, changes: Changes, rejected: Sequence[Rejected]) -> list[DeadLetter]:
        month = to_datetime(self._clock()).astimezone(UTC).strftime("%Y-%m")
        letters = [
            self._letter(
                source=item.message.source,
                month=month,
                reason="conflict",
                detail="Another message of this id was stored before and says something else.",
                payload=item.message.payload,
                record_key=item.record_key,
            )
            for item in changes.conflicts
        ]
        return letters + [
            self._letter(
                source=item.source,
                month=month,
                reason=item.code,
                detail=f"{item.field}: {item.message}",
                payload=item.payload,
                record_key=None,
            )
            for item in rejected
        ]

    def _letter(
        self, *, source: str, month: str, reason: str, detail: str, payload: bytes, record_key: str | None
    ) -> DeadLetter:
        key = self._blind.digest("dead-letter", source.encode() + b"\0" + reason.encode() + b"\0" + payload)
        sealer = Sealer(self._keyring.period_key(source, month), f"{source}/{month}")
        return DeadLetter(
            key, source, reason, detail, month, record_key, sealer.seal(f"payload:{key}", payload)
        )
