"""Splitting a person of 50 identifiers, by hand and by taking a merge back, against a raw rebuild of the cluster."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from bench import raw
from bench.measure import Figure, interleaved
from bench.rebuild import rebuild
from bench.setting import Bench
from bench.worlds import identify, phone, read_all
from graph.ingest.sources import SourceDeclaration
from graph.judgement.model import Retract, Same, Split

PERSONS = 5
"""Split in each round; the median is taken."""
PROFILES = 10
PART = range(6, 10)
WARM_UP = 4
IDENTIFIERS = 50

_FIND = """CYPHER 5 UNWIND $keys AS key
MATCH (p:Profile {recordKey: key})-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User)
RETURN key AS key, p.id AS id, u.oneId AS oneId"""
_COUNT = """CYPHER 5 MATCH (u:User {oneId: $oneId})<-[r:RESOLVED_TO WHERE r.to IS NULL]-(p:Profile)
MATCH (p)-[:HAS|CLAIMS]->(i:Identifier)
RETURN count(DISTINCT i) AS identifiers, count(DISTINCT p) AS profiles"""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of ten profiles, and those that are to be split off."""

    profiles: tuple[str, ...]
    one_ids: frozenset[str]

    @property
    def part(self) -> tuple[str, ...]:
        """The profiles to split off."""
        return tuple(self.profiles[place] for place in PART)


async def split(bench: Bench) -> list[Figure]:
    """Two figures, each with the same beside it against a rebuild that keeps the evidence edges as they are."""
    await raw.wipe(bench.driver, bench.database)
    made = Maker(bench)
    return [
        await _figure(
            bench,
            made,
            Figure("split-user", f"splitUser of a person with {IDENTIFIERS} identifiers", "", "≤ 1.3"),
            bridged=True,
        ),
        await _figure(
            bench,
            made,
            Figure(
                "split-retract",
                f"a person with {IDENTIFIERS} identifiers, the merge that made it taken back",
                "",
                "≤ 1.3",
            ),
            bridged=False,
        ),
    ]


async def _figure(bench: Bench, made: Maker, figure: Figure, *, bridged: bool) -> Figure:
    judgements = bench.services.judgements
    lesser: list[float] = []

    async def ours() -> float:
        seconds: list[float] = []
        for person, judgement in await made.persons(bridged=bridged):
            (one_id,) = person.one_ids
            change = Split(one_id, person.part) if bridged else Retract(judgement)
            started = time.perf_counter()
            done = await judgements.judge(change, by="bench")
            seconds.append(time.perf_counter() - started)
            assert {profile for move in done.changes for profile in move.profiles} == set(person.part)
        return statistics.median(seconds)

    async def by_hand(*, whole: bool) -> float:
        persons = await made.persons(bridged=bridged)
        return statistics.median(
            [
                await rebuild(bench.driver, bench.database, one_id, person.part, whole=whole)
                for person, _ in persons
                for one_id in person.one_ids
            ]
        )

    async def theirs() -> float:
        lesser.append(await by_hand(whole=False))
        return await by_hand(whole=True)

    for _ in range(WARM_UP):
        await ours()
        await theirs()
    lesser.clear()
    figure.peer = (
        "the cluster read, its assignments and evidence deleted and created anew, raw Cypher, one transaction"
    )
    figure.higher_is_better = False
    await interleaved(figure, ours, theirs)
    against = [ours / less for ours, less in zip(figure.ours, lesser, strict=True)]
    figure.beside = {
        "unit": f"s, median of {PERSONS} people",
        "profiles": PROFILES,
        "splitOff": len(PART),
        "againstRebuildOfAssignmentsOnly": round(statistics.median(against), 3),
    }
    return figure


class Maker:
    """Writes people to split; each is split once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._services = bench.fresh()
        self._numbers = count()
        self._sources = [SourceDeclaration(name=f"bench-{place}") for place in range(PROFILES)]

    async def persons(self, *, bridged: bool) -> list[tuple[Person, str]]:
        """New people with the judgement that merged each, or none where a phone bridges the two parts."""
        numbers = [next(self._numbers) for _ in range(PERSONS)]
        messages = [
            message
            for place, source in enumerate(self._sources)
            for number in numbers
            for message in read_all(_events(number, place, bridged=bridged), source)
        ]
        await self._services.writer.write(messages)
        return [await self._merged(number, bridged=bridged) for number in numbers]

    async def _merged(self, number: int, *, bridged: bool) -> tuple[Person, str]:
        person = await self._find(number)
        judgement = ""
        if not bridged:
            same = Same(person.profiles[0], person.part[0])
            judgement = (await self._bench.services.judgements.judge(same, by="bench")).judgement.id
            person = await self._find(number)
        (one_id,) = person.one_ids
        rows = await self._services.database.run_schema(_COUNT, oneId=one_id)
        assert rows[0] == {"identifiers": IDENTIFIERS, "profiles": PROFILES}, rows
        return person, judgement

    async def _find(self, number: int) -> Person:
        keys = [self._services.blind.record_key(source.name, f"account-{number}") for source in self._sources]
        rows = await self._services.database.run_schema(_FIND, keys=keys)
        found = {row["key"]: row["id"] for row in rows}
        return Person(tuple(found[key] for key in keys), frozenset(row["oneId"] for row in rows))


def _events(number: int, place: int, *, bridged: bool) -> Sequence[dict[str, Any]]:
    """What one source says of the person: an account, three browsers, and two phones and e-mails of five."""
    first, many = (3, 2) if place in PART else (0, 3)
    contacts = [first + place % many, first + (place + 1) % many]
    if bridged and place == PART[0]:
        contacts.append(0)
    said = [
        identify(
            "userId",
            f"account-{number}",
            at=place,
            message=f"contact-{number}-{place}-{which}",
            phone=phone(1_000_000 + number * 5 + which),
            email=f"somebody.{number}.{which}@example.com",
        )
        for which in contacts
    ]
    return said + [
        {
            **identify(
                "userId", f"account-{number}", at=place, message=f"browser-{number}-{place}-{browser}"
            ),
            "anonymousId": f"browser-{number}-{browser}",
        }
        for browser in range(3)
    ]
