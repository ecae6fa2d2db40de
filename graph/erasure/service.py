"""Erasing profiles: a note in the keyring, one transaction in the graph, and their keys shredded.

In that order, so that the graph never holds a profile that cannot be opened and resolved with the others, and
whoever is killed in between leaves a note by which `resume` ends what was begun. Of profiles with very many messages
that transaction leaves the messages, cut off and soon unreadable, to be removed in bounded steps. See
docs/adr/0014-erasure.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from graph.clock import Clock, new_id, system_clock, to_datetime
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.erasure.letters import letters_of
from graph.erasure.model import (
    ByPerson,
    ByProfile,
    ByRecord,
    Erasure,
    ErasurePreview,
    ProfileNotFoundError,
    Removed,
    Target,
    Tombstone,
)
from graph.erasure.plan import Doomed, Survey, hot_limits, place_without, read_survey, successors
from graph.erasure.sweep import MOST_MESSAGES, Sweeper
from graph.errors import DatabaseError, InputError
from graph.identity.changes import identity_changes
from graph.identity.place import Placed
from graph.identity.rules import Rules
from graph.ingest.batch import write_rows
from graph.ingest.components import ComponentReader, ReadOne
from graph.ingest.draft import suppression_index
from graph.ingest.recount import Lost, read_without
from graph.ingest.rows import Rows, placed_rows
from graph.judgement.repository import Judgements
from graph.judgement.service import LONGEST_WHY
from graph.matching.model import from_json
from graph.operation import operation_of
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

RESUMED_BY: Final = "resume"
"""Who erased, where an erasure that was cut off was ended."""

_CHECKED: Final = 1_000
_WHY: Final = ":erasure"


class _GoneError(Exception):
    """Rolls a write back: there is nothing to erase any more."""

    def __init__(self, tombstones: tuple[Tombstone, ...]) -> None:
        super().__init__()
        self.tombstones = tombstones


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an erasure removes and what it means for the others; `successors` by birth id."""

    doomed: tuple[Doomed, ...]
    survey: Survey
    placed: Placed
    successors: dict[str, str | None]
    removed: Removed
    letters: tuple[str, ...]
    cooled: tuple[str, ...]

    @property
    def ids(self) -> list[str]:
        """The profiles that go."""
        return [one.id for one in self.doomed]


class ErasureService:
    """Erases profiles for good, with all they brought, and keeps them from coming back.

    Any number of services may erase while others ingest and judge. Every method raises
    DatabaseUnavailableError where the database is away and KeyringError where the keyring fails; call again.
    """

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        blind: BlindIndex,
        rules: Rules,
        clock: Clock = system_clock,
        most_messages: int = MOST_MESSAGES,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._blind = blind
        self._rules = rules
        self._clock = clock
        self._most = most_messages
        self._sweeper = Sweeper(database, clock=clock, most=most_messages)
        self._reader = ComponentReader(keyring, rules)
        self._judgements = Judgements(keyring)

    async def erase(
        self, target: Target, *, by: str, why: str = "", idempotency_key: str | None = None
    ) -> Erasure:
        """Erase a profile, or all of a person's; returns when its keys are shredded and its messages removed.

        Erasing again changes nothing and answers the tombstones. Cut off once it was noted in the keyring, it
        is ended by `resume`. However much was brought, no transaction removes more than `most_messages` of it.
        Raises ProfileNotFoundError and InputError.
        """
        _check(why)
        operation_id = operation_of("erasure", by=by, idempotency_key=idempotency_key)
        doomed, tombstones = await self._find(self._database.read_one, self._asked(target))
        if not doomed:
            return await self._repeated(tombstones)
        letters = await self._letters(doomed)
        done: list[tuple[_Plan, int]] = []

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            now_doomed, gone = await self._find(tx.one, self._asked(target))
            if not now_doomed:
                raise _GoneError(gone)
            plan = await self._plan(tx.one, now_doomed, letters)
            await self._write(tx, begun, plan, by=by, why=why)
            done.append((plan, begun.recorded_at))

        try:
            await self._database.in_write(work)
        except _GoneError as gone:
            return await self._repeated(gone.tombstones)
        except feed.AlreadyCommittedError:
            left, tombstones = await self._find(self._database.read_one, self._asked(target))
            if left:
                raise InputError(
                    "This idempotency key was used for something else.",
                    remedy="Use a new key for each erasure.",
                ) from None
            return await self._repeated(tombstones)
        plan, at = done[-1]
        await self._shred(plan.ids)
        if plan.survey.messages > self._most:
            await self._sweeper.sweep(plan.ids)
        made = [Tombstone(one.id, one.birth_id, at, plan.successors[one.birth_id]) for one in plan.doomed]
        return Erasure(tuple(made), plan.removed, tuple(identity_changes(plan.placed)))

    async def what_if(self, target: Target) -> ErasurePreview:
        """What an erasure would remove now, and who would be who; nothing is written.

        Raises ProfileNotFoundError.
        """
        doomed, tombstones = await self._find(self._database.read_one, self._asked(target))
        if not doomed:
            if not tombstones:
                raise ProfileNotFoundError
            return ErasurePreview(repeated=True)
        plan = await self._plan(self._database.read_one, doomed, await self._letters(doomed))
        changes = tuple(identity_changes(plan.placed))
        return ErasurePreview(tuple(plan.ids), plan.removed, changes)

    async def resume(self, *, everything: bool = False) -> int:
        """End erasures that were cut off; answers how many. Costs a look into keyring and graph where there are none.

        With `everything`, every erasure there ever was is done again where the graph needs it: for a graph that
        was restored from a backup. Safe to call at any time, and by several processes at once.
        """
        pending = self._keyring.erasures() if everything else self._keyring.pending_erasures()
        ended: set[str] = set()
        for start in range(0, len(pending), _CHECKED):
            part = pending[start : start + _CHECKED]
            suppressions = sorted({suppression for _, suppression in part if suppression})
            row = await self._database.read_one(
                "erasure.find_present",
                asked={"profiles": [id_ for id_, _ in part], "suppressions": suppressions},
            )
            present, missing = row or ((), ())
            for profile_id in present:
                await self.erase(ByProfile(profile_id), by=RESUMED_BY)
            if missing:
                await self._restore(missing)
            await self._shred([profile_id for profile_id, _ in part])
            ended.update(present if everything else [profile_id for profile_id, _ in part])
        unswept = await self._sweeper.unswept()
        await self._sweeper.sweep(unswept)
        return len(ended.union(unswept))

    async def lift(self, source: str, record_id: str) -> bool:
        """Let an erased record come back with what its source sends from now on; False where it was not erased.

        Its tombstone stays, and what comes back is a new profile.
        """
        key = suppression_index(self._keyring).record_key(source, record_id)
        # Else what comes back may be taken for a message that is going.
        await self._sweeper.sweep(await self._sweeper.unswept())
        lifted: list[bool] = []

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=new_id(), now=self._clock())
            row = await tx.one("erasure.lift_suppression", key=key)
            lifted.append(bool(row and row[0]))
            await feed.append(tx, begun, kind="erasure")

        await self._database.in_write(work)
        await asyncio.to_thread(self._keyring.lift_suppression, key)
        return lifted[-1]

    def _asked(self, target: Target) -> dict[str, list[str]]:
        asked: dict[str, list[str]] = {"ids": [], "records": [], "oneIds": [], "suppressions": []}
        match target:
            case ByProfile(profile_id):
                asked["ids"].append(profile_id)
            case ByPerson(one_id):
                asked["oneIds"].append(one_id)
            case ByRecord(source, record_id):
                asked["records"].append(self._blind.record_key(source, record_id))
                asked["suppressions"].append(suppression_index(self._keyring).record_key(source, record_id))
        return asked

    async def _find(
        self, read: ReadOne, asked: dict[str, list[str]]
    ) -> tuple[tuple[Doomed, ...], tuple[Tombstone, ...]]:
        row = await read("erasure.find_targets", asked=asked)
        targets, erased = row or ((), ())
        return tuple(Doomed(*values) for values in targets), tuple(Tombstone(*values) for values in erased)

    async def _repeated(self, tombstones: tuple[Tombstone, ...]) -> Erasure:
        if not tombstones:
            raise ProfileNotFoundError
        await self._shred([tombstone.profile_id for tombstone in tombstones])
        await self.resume()  # whoever erased them may have been cut off before the other keys were shredded
        return Erasure(tombstones, repeated=True)

    async def _letters(self, doomed: Sequence[Doomed]) -> tuple[str, ...]:
        records = {(one.source, record_id) for one, record_id in self._opened(doomed)}
        keys = {one.record_key for one in doomed}
        return tuple(await letters_of(self._database, self._keyring, records=records, record_keys=keys))

    def _opened(self, doomed: Sequence[Doomed]) -> list[tuple[Doomed, str]]:
        """The profiles with their record ids in the clear; without those whose keys are gone."""
        keys = self._keyring.keys_for([one.id for one in doomed])
        return [
            (one, Sealer(keys[one.id].data_key, one.id).open("recordId", one.record_id).decode())
            for one in doomed
            if one.id in keys
        ]

    async def _plan(self, read: ReadOne, doomed: tuple[Doomed, ...], letters: tuple[str, ...]) -> _Plan:
        """Read what the erasure may touch, and decide."""
        ids = [one.id for one in doomed]
        row = await read("erasure.survey_profiles", asked={"profiles": ids})
        if row is None:
            raise DatabaseError("A survey of profiles answers nothing.", remedy="Run `guanxi doctor`.")
        survey = read_survey(row)
        # One holder less may make a hot identifier link again, so its other holders are resolved, too.
        beside = await self._judgements.holder_components(read, hot_limits(survey.edges, self._rules))
        components = beside.union(one.component for one in doomed)
        stored, degrees = await self._reader.read(read, components)
        await read_without(self._reader, read, stored, degrees, Lost(ids, gone=frozenset(ids)))
        placed = await asyncio.to_thread(place_without, ids, survey.edges, stored, degrees, self._rules)
        left = await read(
            "erasure.count_left",
            asked={
                "profiles": ids,
                "identifiers": list(survey.identifiers),
                "vehicles": list(survey.vehicles),
                "judgements": list(survey.judgements),
            },
        )
        identifiers, vehicles, judgements = left or (0, 0, 0)
        removed = Removed(
            profiles=len(ids),
            messages=survey.messages,
            touchpoints=survey.touchpoints,
            evidence=len(survey.edges),
            identifiers=identifiers,
            vehicles=vehicles,
            corrections=survey.corrections,
            judgements=judgements,
            dead_letters=len(letters),
        )
        cooled = await self._cooled(read, ids)
        return _Plan(doomed, survey, placed, successors(doomed, stored), removed, letters, cooled)

    async def _cooled(self, read: ReadOne, ids: list[str]) -> tuple[str, ...]:
        """The others on blocking keys that were too common to be compared on, and are not without these profiles."""
        model = await read("erasure.find_model")
        if model is None:
            return ()
        row = await read("erasure.find_cooled", asked={"profiles": ids}, cap=from_json(model[0]).cap)
        return tuple(sorted(row[0])) if row else ()

    async def _write(self, tx: Transaction, begun: feed.Begun, plan: _Plan, *, by: str, why: str) -> None:
        suppressions = await asyncio.to_thread(self._intend, plan.doomed)
        month = to_datetime(begun.recorded_at).astimezone(UTC).strftime("%Y-%m")
        survey = plan.survey
        await tx.one(
            "erasure.erase_profiles",
            by=by,
            why=self._sealed(why, month) if why else None,
            month=month,
            recordedAt=begun.recorded_at,
            rows={
                "profiles": [] if survey.messages > self._most else plan.ids,
                "later": plan.ids if survey.messages > self._most else [],
                "judgements": list(survey.judgements),
                "identifiers": list(survey.identifiers),
                "vehicles": list(survey.vehicles),
                "blocking": list(survey.blocking),
                "cooled": list(plan.cooled),
                "letters": list(plan.letters),
                "tombstones": [[one.id, one.birth_id, plan.successors[one.birth_id]] for one in plan.doomed],
                "suppressions": suppressions,
            },
        )
        await write_rows(tx, begun, _rows(plan), kind="erasure", rules=self._rules)
        await tx.one(
            "erasure.bury_users",
            rows={"users": sorted({*survey.users, *plan.placed.retired})},
            recordedAt=begun.recorded_at,
        )

    def _intend(self, doomed: Sequence[Doomed]) -> list[list[str]]:
        """Note in the keyring what is to be erased; the suppressions with their birth ids."""
        index = suppression_index(self._keyring)
        found = {one.id: index.record_key(one.source, record_id) for one, record_id in self._opened(doomed)}
        if len(found) < len(doomed):  # shredded before: their record ids are not known any more
            noted = dict(self._keyring.erasures())
            found |= {one.id: noted[one.id] for one in doomed if one.id not in found and one.id in noted}
        self._keyring.intend_erasure(sorted(found.items()))
        return [[found[one.id], one.birth_id] for one in doomed if found.get(one.id)]

    def _sealed(self, why: str, month: str) -> bytes:
        sealer = Sealer(self._keyring.period_key(_WHY, month), f"{_WHY}/{month}")
        return sealer.seal("why", why.encode())

    async def _restore(self, suppressions: Collection[str]) -> None:
        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=new_id(), now=self._clock())
            keys = sorted(suppressions)
            await tx.one("erasure.restore_suppressions", keys=keys, recordedAt=begun.recorded_at)
            await feed.append(tx, begun, kind="erasure")

        await self._database.in_write(work)

    async def _shred(self, profile_ids: Sequence[str]) -> None:
        for profile_id in profile_ids:
            await asyncio.to_thread(self._keyring.shred, profile_id)


def _rows(plan: _Plan) -> Rows:
    return placed_rows(
        plan.placed,
        profiles=[*plan.ids, *plan.cooled],
        # Every batch reads `ERASURES`, so no blind index of an identifier has to stay behind in the feed as a guard.
        components=[feed.ERASURES, *(one.component for one in plan.doomed)],
        users=[one.one_id for one in plan.doomed],
    )


def _check(why: str) -> None:
    if len(why) > LONGEST_WHY:
        raise InputError(f"The reason is longer than {LONGEST_WHY} characters.", remedy="Say it shorter.")
