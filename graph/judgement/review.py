"""The stewards' queue: likely pairs of the grey zone and ambiguous profiles, ranked by the value at stake.

Places are written behind the feed, so that a page is a range of an index: whoever was touched is ranked anew, a moment
after it was committed. A page leaves out what was answered since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.feed.cursor import FeedCursor, Step
from graph.feed.follow import OvertakenError
from graph.identity.rules import Rules
from graph.ingest.components import ComponentReader
from graph.judgement.model import Ambiguous, LikelyPair, LikelyProfile
from graph.judgement.ranking import (
    AmbiguousQuestion,
    PlaceRows,
    ScoredQuestion,
    Users,
    open_questions,
    rank,
    read_pair,
)
from graph.judgement.stake import PAID_KINDS, Holdings, value_of
from graph.matching.reasons import Reasons, StoredScore
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring

LATEST_CONTACTS: Final = 1_000
"""Contacts of a profile that count towards its value, so that none costs more than these."""


class ReviewQueue:
    """Keeps the queue and reads its pages; any number of processes may follow, each step is done once.

    At the feed's end the queue depends on the graph alone, however it got there.
    """

    name = "review"

    def __init__(
        self,
        database: Database,
        *,
        keyring: Keyring,
        blind: BlindIndex,
        rules: Rules,
        matching: Matching,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._reader = ComponentReader(keyring, rules)
        self._cursor = FeedCursor(database, name=self.name)
        self._reasons = Reasons(database, keyring=keyring, blind=blind, matching=matching)

    async def likely_pairs(
        self, *, first: int, after: str = "", minimum: float = 0.0
    ) -> tuple[list[LikelyPair], bool]:
        """The next pairs after a key, of this probability at least, most at stake first; and whether more follow.

        Of two users it is their likeliest pair. Left out are one user's pairs, those a verdict in force speaks of and
        those that proven evidence keeps apart. A `minimum` makes the page pass over what is below.
        """
        rows = await self._database.read(
            "judgement.list_likely_pairs", after=after, minimum=minimum, limit=first + 1
        )
        scores = {
            (row["left"][0], row["right"][0]): StoredScore(row["probability"], row["model"])
            for row in rows[:first]
        }
        reasons = await self._reasons.of(scores)
        found = [
            LikelyPair(
                key=row["key"],
                left=LikelyProfile(*row["left"]),
                right=LikelyProfile(*row["right"]),
                probability=row["probability"],
                model=row["model"],
                stake=row["stake"],
                reasons=reasons.get((row["left"][0], row["right"][0]), ()),
            )
            for row in rows[:first]
        ]
        return found, len(rows) > first

    async def ambiguities(self, *, first: int, after: str = "") -> tuple[list[Ambiguous], bool]:
        """The next profiles that fit several people, most at stake first; and whether more follow."""
        rows = await self._database.read("judgement.list_ambiguities", after=after, limit=first + 1)
        found = [
            Ambiguous(
                row["key"],
                row["profileId"],
                row["oneId"],
                row["tier"],
                tuple(sorted(row["candidates"])),
                row["stake"],
            )
            for row in rows
        ]
        return found[:first], len(found) > first

    async def follow(self) -> int | None:
        """Rank what the next entries touched; answers how many questions were looked at, None at the feed's end."""
        step = await self._cursor.next()
        if step is None:
            return None
        rows, questions = await self._plan(step)
        operation_id = new_id()

        async def work(tx: Transaction) -> None:
            if not rows:  # no need of the feed's lock, which others wait for
                await self._cursor.advance(tx, step)
                return
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            await self._cursor.advance(tx, step)
            await tx.one("judgement.write_places", rows=rows.rows())
            await feed.append(tx, begun, kind="review")

        with suppress(OvertakenError, feed.AlreadyCommittedError):
            await self._database.in_write(work)
        return questions

    async def _plan(self, step: Step) -> tuple[PlaceRows, int]:
        """What is different of the queue: whatever is committed meanwhile is a later step's."""
        pairs, ambiguous = await self._questions(step)
        asked = await self._open(pairs)
        concerned = {one_id for users in asked for one_id in users}
        concerned |= {one_id for one in ambiguous if one.waiting is not None for one_id in one.users}
        values = await self._values(concerned)
        return rank(pairs, asked, ambiguous, values), len(pairs) + len(ambiguous)

    async def _questions(self, step: Step) -> tuple[list[ScoredQuestion], list[AmbiguousQuestion]]:
        touched = {
            "profiles": sorted(step.profiles),
            "oneIds": sorted(step.one_ids),
            "components": sorted(step.components),
        }
        row = await self._database.read_one("judgement.find_questions", asked=touched)
        scored, ambiguous = row or ((), ())
        pairs = {(pair.left, pair.right): pair for pair in map(read_pair, scored)}
        return list(pairs.values()), [
            AmbiguousQuestion(id_, waiting, place, tuple(users)) for id_, waiting, place, users in ambiguous
        ]

    async def _open(self, pairs: Collection[ScoredQuestion]) -> dict[Users, ScoredQuestion]:
        components = {name for pair in pairs if pair.users for name in pair.components}
        profiles, _ = await self._reader.read(self._database.read_one, components)
        return await asyncio.to_thread(open_questions, pairs, profiles, self._rules) if profiles else {}

    async def _values(self, one_ids: Collection[str]) -> dict[str, int]:
        if not one_ids:
            return {}
        row = await self._database.read_one(
            "judgement.read_holdings",
            asked={"oneIds": sorted(one_ids), "kinds": list(PAID_KINDS)},
            most=LATEST_CONTACTS,
        )
        return {
            one_id: value_of(
                Holdings(
                    contacts,
                    vehicles,
                    tuple((currency, minor) for part in amounts for currency, minor in part if minor),
                )
            )
            for one_id, contacts, vehicles, amounts in (row[0] if row else ())
        }
