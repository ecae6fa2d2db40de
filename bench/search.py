"""Search over seeded names with one slip in each query: who is found, how long it takes, and what it costs ingest."""

from __future__ import annotations

import os
import statistics
import time

import orjson

from bench import raw
from bench.ingest import silent
from bench.measure import ROUNDS, Figure, interleaved
from bench.setting import Bench
from bench.worlds import journeys
from graph.clock import system_clock
from graph.identity.evidence import Identifier
from graph.ingest.files.load import FileLoader, FileOptions
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.writer import Writer
from graph.profile.rows import Want
from graph.profile.traits import TraitState
from graph.search.question import read_question
from graph.search.service import CANDIDATES
from graph.search.tokens import SearchTokens
from seed.searches import NamedPerson, name_searches, named_people

NAMES = int(os.environ.get("GUANXI_BENCH_NAMES", "10000"))
EVENTS = int(os.environ.get("GUANXI_BENCH_EVENTS", "20000"))
SEARCHES = 400
BATCH = 2_000
WANTED = 0.95
WANT = Want(record_ids=True)


class _NoTokens(SearchTokens):
    """Nobody can be found: what ingest costs without search."""

    def of_traits(self, traits: TraitState) -> None:
        """No tokens."""

    def of_identifier(self, identifier: Identifier) -> None:
        """No tokens."""


async def search(bench: Bench) -> list[Figure]:
    """Share of queries whose person is among the first ten; milliseconds a search; events a second."""
    return [await _cost(bench), *await _found(bench)]


async def _found(bench: Bench) -> list[Figure]:
    await raw.wipe(bench.driver, bench.database)
    services = bench.fresh()
    people = named_people(NAMES, seed=11)
    for start in range(0, NAMES, BATCH):
        told = [_told(bench, start + at, one) for at, one in enumerate(people[start : start + BATCH])]
        await services.writer.write(told)
    await services.database.run_schema(
        "CYPHER 5 CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()"
    )
    recall = Figure(
        "search-recall",
        f"a person of the right name is among the first ten, one slip in each of {SEARCHES} queries",
        f"the wanted share, {WANTED}",
        "≥ 1",
        beside={"people": NAMES},
    )
    speed = Figure(
        "search-time",
        "a search, two statements and up to 200 names opened and compared",
        "the bare round trip of its first statement, by the same driver",
        "≤ 3",
        higher_is_better=False,
        beside={"people": NAMES, "unit": "ms, median"},
    )
    tokens = SearchTokens(services.blind)
    for number in range(ROUNDS):
        hits, ours, theirs = 0, list[float](), list[float]()
        for asked in name_searches(people, SEARCHES, seed=100 + number):
            started = time.perf_counter()
            found, _ = await services.search.search(asked.query, first=10, want=WANT)
            ours.append(time.perf_counter() - started)
            shown = (people[int(str(hit.user.profiles[0].record_id)[1:])] for hit in found)
            hits += any(map(asked.finds, shown))
            name = read_question(asked.query).name
            assert name is not None
            parameters = {
                "names": [tokens.of_name(name)],
                "locals": [],
                "digits": [],
                "keys": [],
                "vehicles": [],
            }
            started = time.perf_counter()
            await services.database.read_one(
                "search.find_people", asked=parameters, dealer=None, limit=CANDIDATES, kept=CANDIDATES
            )
            theirs.append(time.perf_counter() - started)
        recall.ours.append(hits / SEARCHES)
        recall.theirs.append(WANTED)
        speed.ours.append(1000 * statistics.median(ours))
        speed.theirs.append(1000 * statistics.median(theirs))
    return [recall, speed]


def _told(bench: Bench, number: int, person: NamedPerson) -> Message:
    event = {
        "type": "identify",
        "userId": f"u{number}",
        "messageId": f"m{number}",
        "traits": {"name": person.full},
    }
    read = read_message(event, Arrival(bench.source, system_clock()))
    assert isinstance(read, Message)
    return read


async def _cost(bench: Bench) -> Figure:
    """Ingest of a file with tokens and without, in turn."""
    events = journeys(EVENTS, seed=7)
    file = bench.folder / "events.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps(event) for event in events))

    async def load(kind: type[SearchTokens]) -> float:
        await raw.wipe(bench.driver, bench.database)
        opened = bench.fresh()
        writer = Writer(
            opened.database,
            keyring=opened.keyring,
            blind=opened.blind,
            rules=opened.rules,
            search=kind(opened.blind),
        )
        loader = FileLoader(writer, bench.source, keyring=opened.keyring, blind=opened.blind)
        started = time.perf_counter()
        await loader.load(file, FileOptions(), watcher=silent())
        return len(events) / (time.perf_counter() - started)

    async def ours() -> float:
        return await load(SearchTokens)

    async def theirs() -> float:
        return await load(_NoTokens)

    await ours()
    await theirs()
    figure = Figure(
        "search-ingest",
        "bulk ingest from a file, search tokens written",
        "the same ingest without tokens",
        "≥ 0.92",
        beside={"events": len(events), "unit": "events/s"},
    )
    return await interleaved(figure, ours, theirs)
