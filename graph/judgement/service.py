"""Judging by hand: one transaction a judgement, under the feed's lock, through the same resolution as ingest.

A judgement reads and decides under the lock, as a batch does that was overtaken: it is rare, and what it takes
away (a holder of a hot identifier, say) may touch people that no optimistic check would name. See
docs/adr/0011-judgements.md.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import DatabaseError, InputError, NotFoundError
from graph.identity.changes import IdentityChange, identity_changes
from graph.identity.evidence import Verdict
from graph.identity.place import Placed
from graph.identity.rules import Rules
from graph.ingest.batch import write_rows
from graph.ingest.components import ComponentReader, ReadOne
from graph.ingest.recount import Lost, read_without
from graph.ingest.rows import placed_rows
from graph.judgement.model import Change, Judged, MergeConflictError, Outcome, Preview, Retract
from graph.judgement.plan import Deed, carry_out, take_back
from graph.judgement.repository import Judgements, StoredJudgement
from graph.judgement.subjects import Asked, Standing, Subjects, deed_of
from graph.operation import operation_of
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.repository import ProfileRepository

LONGEST_WHY = 2_000


class _StandingError(Exception):
    """Rolls a write back: the same judgement is in force already."""

    def __init__(self, judgement_id: str) -> None:
        super().__init__()
        self.judgement_id = judgement_id


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a change writes, and what it means; `deed` or `undone`."""

    placed: Placed
    keys: tuple[str, ...]
    deed: Deed | None = None
    undone: StoredJudgement | None = None

    @property
    def concerns(self) -> tuple[str, ...]:
        """The profiles it is about."""
        if self.undone is not None:
            return self.undone.judged.profiles
        return tuple(sorted(self.deed.concerns)) if self.deed else ()


class JudgementService:
    """Judgements of stewards: they persist, hold for later evidence, and can be taken back.

    Every method raises DatabaseUnavailableError where the database is away; repeat it with the same
    idempotency key. Any number of services may judge while others ingest.
    """

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        blind: BlindIndex,
        rules: Rules,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._judgements = Judgements(keyring)
        self._reader = ComponentReader(keyring, rules)
        self._subjects = Subjects(self._judgements, ProfileRepository(database), blind)

    async def judge(
        self, change: Change, *, by: str, why: str = "", idempotency_key: str | None = None
    ) -> Outcome:
        """Judge, or take a judgement back; returns when it is committed.

        The same judgement again, or the same idempotency key, changes nothing and answers the first.
        Raises UserNotFoundError, NotFoundError for an unknown judgement or an identifier that is not held,
        InputError for what cannot be judged, and MergeConflictError naming the evidence that forbids it.
        """
        _check(why)
        operation_id = operation_of("judgement", by=by, idempotency_key=idempotency_key)
        asked = await self._subjects.ask(change)
        done: list[Outcome] = []

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            plan = await self._plan(tx.one, asked)
            judged = await self._write(tx, begun, plan, by=by, why=why)
            done.append(Outcome(judged, tuple(identity_changes(plan.placed))))

        try:
            await self._database.in_write(work)
        except _StandingError as standing:
            return Outcome(await self._stored(standing.judgement_id), repeated=True)
        except feed.AlreadyCommittedError:
            return Outcome(await self._committed(operation_id, change), repeated=True)
        return done[-1]

    async def what_if(self, change: Change) -> Preview:
        """What a change would do now, without doing it. Raises what `judge` raises, but answers conflicts."""
        asked = await self._subjects.ask(change)
        try:
            plan = await self._plan(self._database.read_one, asked)
        except MergeConflictError as refused:
            return Preview(conflicts=refused.conflicts)
        except _StandingError:
            return Preview(repeated=True)
        changes = tuple(identity_changes(plan.placed))
        moving = {profile for change in changes for profile in change.profiles}
        return Preview(
            changes=changes,
            appearing=_appearing(plan.placed, changes),
            vanishing=plan.placed.retired,
            profiles=len(moving),
            attached=await self._judgements.attached(self._database.read_one, moving),
        )

    async def judgements(self, one_id: str) -> list[Judged] | None:
        """The judgements about a person's profiles and identifiers, taken back or not, oldest first.

        None where the oneId was never given.
        """
        row = await self._database.read_one("judgement.list_judgements", oneId=one_id)
        return [self._judgements.read(values) for values in row[1]] if row else None

    async def _plan(self, read: ReadOne, asked: Asked) -> _Plan:
        """Read what the change may touch, and decide."""
        if isinstance(asked.change, Retract):
            return await self._plan_retract(read, asked.change)
        meant = await self._subjects.find(read, asked)
        if isinstance(meant, Standing):
            raise _StandingError(meant.judgement_id)
        stored, degrees = await self._read(read, meant.components, {})
        deed = deed_of(asked, meant, stored)
        if isinstance(deed, Standing):
            raise _StandingError(deed.judgement_id)
        if deed.disowned:  # fewer holders may make a hot identifier link again
            gone = Counter(key for _, key in deed.disowned)
            hot = {
                key: self._rules.namespace(profile.identifiers[key].namespace).hot + gone[key]
                for profile in stored
                for key in deed.marked
                if key in profile.uses
            }
            stored, degrees = await self._read(read, meant.components, hot)
            near = [profile.id for profile in stored if not gone.keys().isdisjoint(profile.uses)]
            lost = Lost(near, edges=frozenset(deed.disowned))
            await read_without(self._reader, read, stored, degrees, lost)
        placed = await asyncio.to_thread(carry_out, deed, stored, degrees, self._rules)
        return _Plan(placed, tuple(deed.marked), deed=deed)

    async def _plan_retract(self, read: ReadOne, change: Retract) -> _Plan:
        stored = await self._judgements.judgement(read, change.judgement_id)
        if stored is None:
            raise NotFoundError(
                "There is no judgement of this id.", remedy="`guanxi identity judgements` lists a person's."
            )
        if stored.judged.retracted_at is not None:
            raise _StandingError(stored.judged.id)
        hot = {
            edge.key: self._rules.namespace(edge.identifier.namespace).hot + 1
            for edge in stored.undone.restored
        }
        profiles, degrees = await self._read(read, stored.components, hot)
        pairs = frozenset(
            (one, other) for verdict, one, other in stored.undone.verdicts if verdict is Verdict.SAME_AS
        )
        if pairs:
            lost = Lost({id_ for pair in pairs for id_ in pair}, pairs=pairs)
            await read_without(self._reader, read, profiles, degrees, lost)
        placed = await asyncio.to_thread(take_back, stored.undone, profiles, degrees, self._rules)
        return _Plan(placed, stored.marked, undone=stored)

    async def _read(
        self, read: ReadOne, components: Collection[str], hot_by_key: Mapping[str, int]
    ) -> tuple[list[Any], dict[str, tuple[int, int]]]:
        beside = await self._judgements.holder_components(read, hot_by_key)
        return await self._reader.read(read, beside.union(components))

    async def _write(self, tx: Transaction, begun: feed.Begun, plan: _Plan, *, by: str, why: str) -> Judged:
        if plan.undone is not None:
            before = plan.undone.judged
            await tx.one(
                "judgement.retract_judgement",
                id=before.id,
                by=by,
                recordedAt=begun.recorded_at,
                rows={"unshared": list(plan.undone.undone.unshared)},
            )
            judged = replace(before, retracted_at=begun.recorded_at, retracted_by=by)
        else:
            judged = await self._write_deed(tx, begun, plan, by=by, why=why)
        rows = placed_rows(plan.placed, profiles=plan.concerns, components=plan.keys)
        await write_rows(tx, begun, rows, kind="judgement", rules=self._rules)
        return judged

    async def _write_deed(
        self, tx: Transaction, begun: feed.Begun, plan: _Plan, *, by: str, why: str
    ) -> Judged:
        deed = plan.deed
        if deed is None:
            raise DatabaseError("A judgement has nothing to write.")
        judgement_id, sealed_by = new_id(), plan.concerns[0]
        sealed = self._judgements.seal_why(judgement_id, why, sealed_by)
        await tx.one(
            "judgement.write_judgement",
            judgement={
                "id": judgement_id,
                "kind": deed.kind.value,
                "by": by,
                "why": sealed,
                "sealedBy": sealed_by if sealed else None,
                "content": deed.content,
                "operationId": begun.operation_id,
                "recordedAt": begun.recorded_at,
            },
            rows={
                "concerns": list(plan.concerns),
                "same": [list(pair) for pair in deed.same],
                "different": [list(pair) for pair in deed.different],
                "disowned": [list(pair) for pair in deed.disowned],
                "marked": deed.marked,
                "shared": deed.shared,
            },
        )
        if deed.marked:  # their masks are in the graph
            return await self._stored(judgement_id, tx.one)
        return Judged(
            id=judgement_id,
            kind=deed.kind,
            by=by,
            why=why if sealed else None,
            recorded_at=begun.recorded_at,
            retracted_at=None,
            retracted_by=None,
            profiles=plan.concerns,
            identifiers=(),
        )

    async def _stored(self, judgement_id: str, read: ReadOne | None = None) -> Judged:
        found = await self._judgements.judgement(read or self._database.read_one, judgement_id)
        if found is None:
            raise DatabaseError("A judgement that was written is not there.", remedy="Run `guanxi doctor`.")
        return found.judged

    async def _committed(self, operation_id: str, change: Change) -> Judged:
        """What an operation of unknown outcome did."""
        if isinstance(change, Retract):
            return await self._stored(change.judgement_id)
        found = await self._judgements.by_operation(self._database.read_one, operation_id)
        if found is None:
            raise InputError(
                "This idempotency key was used for something else.",
                remedy="Use a new key for each judgement.",
            )
        return found.judged


def _appearing(placed: Placed, changes: Collection[IdentityChange]) -> tuple[str, ...]:
    before = {profile.one_id for profile in placed.before.values()}
    now = {placement.one_id for placement in placed.placements.values()}
    return tuple(sorted(now - before)) if changes else ()


def _check(why: str) -> None:
    if len(why) > LONGEST_WHY:
        raise InputError(f"The reason is longer than {LONGEST_WHY} characters.", remedy="Say it shorter.")
