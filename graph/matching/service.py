"""Matching in the graph: a model is trained from all profiles, links them in bulk, and then follows the change feed.

Ingest never waits for it. What arrives is compared a moment later, by the same SQL and to the same decisions as in
bulk; scores are evidence, written with what they mean for identity in one transaction. See docs/matching.md.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Collection, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson

from graph.clock import Clock, new_id, system_clock
from graph.collector import collecting_seldom
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import InputError
from graph.feed.cursor import ENTRIES
from graph.feed.follow import Advance, OvertakenError, quietly
from graph.identity.rules import Rules
from graph.matching.difference import Difference, Pair, pair_of
from graph.matching.engine import Engine, require
from graph.matching.holders import Holders
from graph.matching.model import Model, from_json, to_json
from graph.matching.pool import Candidate, Pool
from graph.matching.record import MatchRecord
from graph.matching.score import Prepared, blocking_keys, prepare_all, probabilities, score_new
from graph.matching.train import train
from graph.matching.writing import ScoreWriter
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring

TOUCHED: Final = 10_000
"""What is compared at once at most, unless one feed entry touched more."""

_KINDS: Final = ("ingest", "judgement", "erasure")

Phase = Callable[[str], AbstractContextManager[Advance]]
"""Begins a phase of long work, by its name for people; what it yields is told of each step done."""


@contextmanager
def unseen(_: str) -> Generator[Advance]:
    """A phase that nobody watches."""
    yield quietly


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model in the graph; it is used from `linked_at` on, and has seen the feed up to `position`."""

    version: str
    model: Model
    recorded_at: int
    linked_at: int | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Linked:
    """What linking did: pairs that came, changed or went, and profiles that changed their user."""

    version: str
    profiles: int
    pairs: int
    changed: int
    moved: int


class Matching:
    """Trains models and links by them; any number of processes may, and may be killed at any moment.

    Everything is repeatable: linking twice, or by two processes at once, gives what linking once gives.
    """

    name = "matching"

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
        self._blind = blind
        self._rules = rules
        self._clock = clock
        self._pool = Pool(database, keyring)
        self._writer = ScoreWriter(database, keyring=keyring, rules=rules, clock=clock)
        self._held: StoredModel | None = None

    async def models(self) -> list[StoredModel]:
        """Every model, the newest first."""
        rows = await self._database.read("matching.find_models")
        return [
            StoredModel(
                row["version"], from_json(row["content"]), row["recordedAt"], row["linkedAt"], row["position"]
            )
            for row in rows
        ]

    async def train(
        self, *, seed: int = 0, engine: Engine = Engine.DUCKDB, phase: Phase = unseen
    ) -> StoredModel:
        """Train a model on all profiles and keep it; it is used once `link` has run.

        Raises InputError where there is too little to learn from, ConfigurationError where the engine cannot run
        here. The same profiles, seed and engine give the same model.
        """
        await asyncio.to_thread(require, engine)
        with collecting_seldom():
            with phase("Reading profiles") as advance:
                records = [one.record async for page in self._pages(advance) for one in page]
            with phase("Training"):
                model = await asyncio.to_thread(train, records, digest=self._digest, seed=seed, engine=engine)
        content = to_json(model)
        version = hashlib.sha256(content.encode()).hexdigest()[:16]

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=new_id(), now=self._clock())
            await tx.one(
                "matching.store_model", version=version, content=content, recordedAt=begun.recorded_at
            )
            await feed.append(tx, begun, kind="model")

        await self._database.in_write(work)
        return next(one for one in await self.models() if one.version == version)

    async def link(self, *, phase: Phase = unseen) -> Linked:
        """Compare all profiles by the newest model and write what differs; raises InputError without a model."""
        models = await self.models()
        if not models:
            raise InputError("There is no matching model.", remedy="Run `guanxi identity train` first.")
        with collecting_seldom():
            return await self._link(models[0], phase)

    async def _link(self, newest: StoredModel, phase: Phase) -> Linked:
        begun_at = await self._head()
        with phase("Reading profiles") as advance:
            everyone = {one.record.id: one async for page in self._pages(advance) for one in page}
        with phase("Comparing"):
            difference, pairs = await self._bulk_difference(everyone, newest)
        components = {id_: one.component for id_, one in everyone.items()}
        with phase("Writing pairs and keys") as advance:
            moved = await self._writer.write_all(difference, components, newest.version, advance)
        await self._advance(newest, begun_at)
        return Linked(
            newest.version, len(everyone), pairs, len(difference.scored) + len(difference.unscored), moved
        )

    async def follow(self) -> int | None:
        """Compare what changed since the last time; answers how many profiles that were, None at the feed's end.

        Does nothing where no model is used yet. Another process that follows at once does no harm.
        """
        used = await self._used()
        if used is None or used.position is None:
            return None
        row = await self._database.read_one(
            "feed.list_touched",
            after=used.position,
            limit=ENTRIES,
            most=TOUCHED,
            asked={"kinds": list(_KINDS)},
        )
        if row is None or row[0] is None:
            return None
        until, lists, *_ = row
        self._held = None  # its position moves, here or by whoever overtook us
        try:
            return await self._follow_to(used, until, sorted({id_ for ids in lists for id_ in ids}))
        except OvertakenError:
            return 0

    # -- bulk ------------------------------------------------------------------------------------------------

    async def _pages(self, advance: Advance) -> AsyncGenerator[list[Candidate]]:
        async for page in self._pool.pages():
            advance(len(page))
            yield page

    async def _bulk_difference(
        self, everyone: Mapping[str, Candidate], used: StoredModel
    ) -> tuple[Difference, int]:
        """What differs for all profiles, and how many pairs there are; scored while keys are being blinded."""
        records = [one.record for one in everyone.values()]
        table = await asyncio.to_thread(prepare_all, records, used.model)
        scored, difference = await asyncio.gather(
            asyncio.to_thread(
                probabilities, table, used.model, digest=self._digest, floor=self._rules.model.floor
            ),
            asyncio.to_thread(self._keys_and_digests, everyone, table, used),
        )
        before = {pair_of(id_, other): p for id_, one in everyone.items() for other, p in one.scores.items()}
        difference.add_pairs(before, {(left, right): p for left, right, p in scored})
        return difference, len(scored)

    def _keys_and_digests(
        self, everyone: Mapping[str, Candidate], table: Prepared, used: StoredModel
    ) -> Difference:
        difference = Difference()
        keys = dict(zip(table.ids, table.keys, strict=True))
        for id_, one in everyone.items():
            difference.add_keys(id_, one.keys, frozenset(map(self._blinded, keys.get(id_, ()))))
            self._note(difference, one, used)
        return difference

    # -- following -------------------------------------------------------------------------------------------

    async def _follow_to(self, used: StoredModel, until: int, ids: Sequence[str]) -> int:
        operation_id = new_id()

        async def work(tx: Transaction) -> int:
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            moved = await tx.one(
                "matching.advance_model",
                version=used.version,
                before=used.position,
                position=until,
                recordedAt=begun.recorded_at,
            )
            if moved is None:
                raise OvertakenError
            fresh = [
                one
                for one in await self._pool.read(tx.one, ids)
                if one.matched != self._matched(one.record, used)
            ]
            difference = await self._follow_difference(tx, fresh, used)
            if difference.size:
                await self._writer.under_lock(tx, begun, difference, used.version)
            else:
                await feed.append(tx, begun, kind="match")
            return len(fresh)

        try:
            return await self._database.in_write(work)
        except feed.AlreadyCommittedError:
            return 0

    async def _follow_difference(
        self, tx: Transaction, fresh: Sequence[Candidate], used: StoredModel
    ) -> Difference:
        """What the changed profiles mean for pairs: theirs, and those of keys that just crossed the cap."""
        difference = Difference()
        if not fresh:
            return difference
        model = used.model
        now = {one.record.id: self._keys(one.record, model) for one in fresh}
        for one in fresh:
            difference.add_keys(one.record.id, one.keys, now[one.record.id])
            self._note(difference, one, used)
        before = {one.record.id: one.keys for one in fresh}
        concerned = {key for keys in (*now.values(), *before.values()) for key in keys}
        holders = Holders(await self._holders(tx, concerned, model.cap + len(fresh)))
        crossed = holders.move(before, now, cap=model.cap)
        beside = await self._pool.read(tx.one, crossed - now.keys())
        again = {one.record.id: one for one in (*fresh, *beside)}
        keys = {key for held in (*now.values(), *(one.keys for one in beside)) for key in held}
        unknown = keys - holders.of.keys()
        holders.add(await self._holders(tx, unknown, model.cap))
        hot = {key for key in keys if holders.counts.get(key, 0) > model.cap}
        others = {id_ for key in keys - hot for id_ in holders.of.get(key, ())} - again.keys()
        candidates = await self._pool.read(tx.one, others)
        scored = await asyncio.to_thread(
            self._score,
            [one.record for one in again.values()],
            [one.record for one in candidates],
            hot,
            model,
        )
        stored = {pair_of(id_, other): p for id_, one in again.items() for other, p in one.scores.items()}
        difference.add_pairs(stored, scored)
        return difference

    def _score(
        self,
        new: Sequence[MatchRecord],
        candidates: Sequence[MatchRecord],
        hot: Collection[str],
        model: Model,
    ) -> dict[Pair, float]:
        everyone = (*new, *candidates) if hot else ()
        clear = {
            key for record in everyone for key in blocking_keys(record, model) if self._blinded(key) in hot
        }
        found = score_new(
            new, candidates, model, digest=self._digest, hot=clear, floor=self._rules.model.floor
        )
        return {(one.left, one.right): one.probability for one in found}

    async def _holders(self, tx: Transaction, keys: Collection[str], most: int) -> list[Any]:
        row = await tx.one("matching.find_holders", asked={"keys": sorted(keys), "most": most})
        return row[0] if row else []

    # -- both ------------------------------------------------------------------------------------------------

    async def _used(self) -> StoredModel | None:
        """The model that is used now: the newest that has linked."""
        if self._held is None:
            self._held = next((one for one in await self.models() if one.linked_at is not None), None)
        return self._held

    async def _head(self) -> int:
        row = await self._database.read_one("ingest.find_head")
        return row[0] if row else 0

    async def _advance(self, used: StoredModel, position: int) -> None:
        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=new_id(), now=self._clock())
            await tx.one(
                "matching.advance_model",
                version=used.version,
                before=-1 if used.position is None else used.position,
                position=max(position, used.position or 0),
                recordedAt=begun.recorded_at,
            )
            await feed.append(tx, begun, kind="model")

        await self._database.in_write(work)
        self._held = None

    def _note(self, difference: Difference, one: Candidate, used: StoredModel) -> None:
        matched = self._matched(one.record, used)
        if one.matched != matched:
            difference.matched.append((one.record.id, matched))

    def _matched(self, record: MatchRecord, used: StoredModel) -> str:
        """A digest of what is compared of a profile, and by which model."""
        said = orjson.dumps([used.version, record], option=orjson.OPT_SORT_KEYS)
        return self._blind.digest("matched", said)

    def _keys(self, record: MatchRecord, model: Model) -> frozenset[str]:
        return frozenset(self._blinded(key) for key in blocking_keys(record, model))

    def _blinded(self, key: str) -> str:
        return self._blind.digest("blocking", key.encode())

    def _digest(self, text: str) -> str:
        return self._blind.digest("frequency", text.encode())
