"""Households follow the change feed: whoever shares evidence with a change is looked at again, a moment after it.

Ingest never waits for it. What is committed while a step is worked out is a later step's: at the feed's end households
are what the evidence says, on the way there they may lag behind it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Any

from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.feed.cursor import FeedCursor, Step
from graph.feed.follow import OvertakenError
from graph.household.adapt import VehicleUse
from graph.household.repository import memberships_of, write_households
from graph.household.rows import HouseholdRows, Membership, plan_households
from graph.identity.rules import Rules
from graph.identity.stored import StoredProfile, resolve_stored
from graph.ingest.components import ComponentReader
from graph.privacy.keyring import Keyring


class Households:
    """Keeps households as the evidence says; any number of processes may, each step is done once."""

    name = "households"

    def __init__(
        self, database: Database, *, keyring: Keyring, rules: Rules, clock: Clock = system_clock
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._reader = ComponentReader(keyring, rules)
        self._cursor = FeedCursor(database, name=self.name)

    async def follow(self) -> int | None:
        """Look at the next entries; answers how many profiles were looked at, None at the feed's end."""
        step = await self._cursor.next()
        if step is None:
            return None
        rows, profiles = await self._plan(step)
        operation_id = new_id()

        async def work(tx: Transaction) -> None:
            if not rows:  # no need of the feed's lock, which others wait for
                await self._cursor.advance(tx, step)
                return
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            await self._write(tx, begun, step, rows)

        with suppress(OvertakenError, feed.AlreadyCommittedError):
            await self._database.in_write(work)
        return profiles

    async def _plan(self, step: Step) -> tuple[HouseholdRows, int]:
        """What is different, and of how many profiles: whatever is committed meanwhile is a later step's."""
        stored: dict[str, StoredProfile] = {}
        degrees: dict[str, tuple[int, int]] = {}
        before: list[Membership] = []
        wanted = set(step.components) | await self._components(ids=step.profiles)
        read: set[str] = set()
        while wanted - read:  # whoever is in a household with those that were read is read, too
            part, busy = await self._reader.read(self._database.read_one, wanted - read)
            stored |= {profile.id: profile for profile in part}
            degrees |= busy
            read |= wanted
            there = {profile.one_id for profile in stored.values() if profile.one_id}
            before = await memberships_of(self._database.read_one, there | step.one_ids)
            wanted = await self._components(one_ids={held.one_id for held in before} - there)
        if not stored and not before:
            return HouseholdRows(), 0
        row = await self._database.read_one("household.read_vehicles", read={"ids": sorted(stored)})
        rows = await asyncio.to_thread(
            self._infer, list(stored.values()), degrees, before, row[0] if row else ()
        )
        return rows, len(stored)

    async def _components(self, *, ids: Collection[str] = (), one_ids: Collection[str] = ()) -> set[str]:
        row = await self._database.read_one(
            "identity.find_components", asked={"ids": sorted(ids), "oneIds": sorted(one_ids)}
        )
        return {*row[0], *row[1]} if row else set()

    def _infer(
        self,
        stored: Sequence[StoredProfile],
        degrees: dict[str, tuple[int, int]],
        before: Collection[Membership],
        driven: Sequence[Sequence[Any]],
    ) -> HouseholdRows:
        vehicles: dict[str, list[VehicleUse]] = defaultdict(list)
        for profile_id, *use in driven:
            vehicles[profile_id].append(VehicleUse(*use))
        resolution = resolve_stored(stored, degrees, rules=self._rules)
        births = {profile.key: profile.birth_id for profile in stored}
        one_ids = {key: births[person.founder] for person in resolution.people for key in person.members}
        return plan_households(
            stored, resolution, one_ids=one_ids, vehicles=vehicles, before=before, rules=self._rules
        )

    async def _write(self, tx: Transaction, begun: feed.Begun, step: Step, rows: HouseholdRows) -> None:
        await self._cursor.advance(tx, step)
        await write_households(tx, rows, recorded_at=begun.recorded_at)
        await feed.append(tx, begun, kind="household", users=rows.users)
