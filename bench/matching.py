"""Matching: our scoring and clustering, and linking from graph to graph, against Splink on the same prepared table."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

from bench import raw
from bench.measure import Figure, interleaved
from bench.records import records
from bench.setting import Bench
from bench.splink_graph import link_by_splink
from bench.splink_peer import SplinkPeer
from bench.worlds import SOURCE
from graph.clock import system_clock
from graph.collector import collecting_seldom
from graph.identity.evidence import ProfileEvidence, Score
from graph.identity.resolve import resolve
from graph.ingest.files.records import RowReader, as_file
from graph.ingest.message import Message
from graph.ingest.sources import SourceDeclaration
from graph.matching.duck import connection, load_rows
from graph.matching.model import Model
from graph.matching.pool import Pool
from graph.matching.score import Prepared, prepare_all, probabilities

RECORDS = int(os.environ.get("GUANXI_BENCH_RECORDS", "20000"))
BATCH = 1_000
ROUNDS = 3

_IDS = "CYPHER 5 MATCH (p:Profile) RETURN p.id AS id, p.recordKey AS key"
_USERS = "CYPHER 5 MATCH (p:Profile)-[r:RESOLVED_TO WHERE r.to IS NULL]->(u:User) RETURN p.id AS id, u.oneId AS oneId"

Clusters = Mapping[str, Hashable]


async def matching(bench: Bench) -> list[Figure]:
    """Two figures on one set of records, which are ingested once and trained on once."""
    await raw.wipe(bench.driver, bench.database)
    services = bench.fresh()
    people = await _ingest(bench)
    started = time.perf_counter()
    model = (await services.matching.train()).model
    trained = time.perf_counter() - started
    found = [one.record async for page in Pool(services.database, services.keyring).pages() for one in page]
    table = await asyncio.to_thread(prepare_all, found, model)
    peer = await asyncio.to_thread(SplinkPeer, table.rows, model)
    try:
        figure, pairs = await _bulk(bench, Side(table, model, people, peer))
        figure.beside["trainSeconds"] = round(trained, 1)
        return [figure, await _linked(bench, Side(table, model, people, peer), pairs)]
    finally:
        peer.close()


@dataclass(frozen=True, slots=True)
class Side:
    """What both work on, and the truth: each record's person."""

    table: Prepared
    model: Model
    people: Mapping[str, int]
    peer: SplinkPeer


async def _bulk(bench: Bench, side: Side) -> tuple[Figure, int]:
    """Ours and Splink in turn on the prepared table; gives the figure and our pairs."""
    services = bench.services
    ours_clusters: list[Clusters] = []
    their_clusters: list[Clusters] = []
    parts: dict[str, list[float]] = {"load": [], "score": [], "cluster": []}
    pairs: list[int] = []

    def digest(text: str) -> str:
        return services.blind.digest(
            "frequency", text.encode()
        )  # as `Matching` does: pairs are compared below

    def our_seconds() -> float:
        started = time.perf_counter()
        with connection() as database:
            load_rows(database, side.table.rows)
        loaded = time.perf_counter()
        scored = probabilities(side.table, side.model, digest=digest, floor=services.rules.model.floor)
        done = time.perf_counter()
        resolution = resolve(
            [ProfileEvidence((SOURCE, id_)) for id_ in {id_ for pair in scored for id_ in pair[:2]}],
            scores=[Score((SOURCE, left), (SOURCE, right), chance) for left, right, chance in scored],
            rules=services.rules,
        )
        clustered = time.perf_counter()
        parts["load"].append(loaded - started)
        parts["score"].append(done - loaded)
        parts["cluster"].append(clustered - done)
        pairs.append(len(scored))
        ours_clusters.append(
            {key: person.founder for person in resolution.people for _, key in person.members}
        )
        return clustered - loaded

    def their_seconds() -> float:
        seconds, clusters = side.peer.run()
        their_clusters.append(clusters)
        return seconds

    async def ours() -> float:
        with collecting_seldom():  # as `Matching.link` does
            return await asyncio.to_thread(our_seconds)

    async def theirs() -> float:
        return await asyncio.to_thread(their_seconds)

    figure = await interleaved(
        Figure(
            "match-bulk",
            f"scoring and clustering {len(side.table.ids):,} prepared records, resolved and loaded into DuckDB too",
            "Splink's own predict and cluster on the table once loaded, the same columns and blocking rules",
            "≤ 1.0",
            higher_is_better=False,
        ),
        ours,
        theirs,
        rounds=ROUNDS,
    )
    their_pairs = await asyncio.to_thread(side.peer.count_pairs)
    figure.beside = {
        "unit": "s",
        "withoutLoading": _against(figure, parts["load"]),
        "withoutLoadingAndResolving": _against(figure, parts["load"], parts["cluster"]),
        **{f"{name}Seconds": round(statistics.median(values), 2) for name, values in parts.items()},
        "f1": _f1(ours_clusters[-1], side.people),
        "f1OfSplink": _f1(their_clusters[-1], side.people),
        "candidatePairs": sum(rule["pairs"] for rule in side.model.diagnostics["rules"]),
        "candidatePairsOfSplink": their_pairs,
    }
    return figure, pairs[-1]


def _against(figure: Figure, *parts: Sequence[float]) -> float:
    """The ratio without some parts of ours."""
    left = (whole - sum(some) for whole, *some in zip(figure.ours, *parts, strict=True))
    return round(
        statistics.median(ours / theirs for ours, theirs in zip(left, figure.theirs, strict=True)), 3
    )


async def _linked(bench: Bench, side: Side, pairs: int) -> Figure:
    """Graph to graph: Splink twice, which leaves the graph as it was, then ours, which cannot be undone."""
    services = bench.fresh()
    theirs = [await link_by_splink(bench, side.peer, side.model) for _ in range(2)]
    started = time.perf_counter()
    linked = await services.matching.link()
    seconds = time.perf_counter() - started
    assert linked.pairs == pairs, "the graph was scored otherwise than the table"
    rows = await services.database.run_schema(_USERS)
    return Figure(
        "match-graph",
        f"`Matching.link` of {len(side.people):,} profiles: read, unsealed, scored, resolved and written",
        "Splink from graph to graph: read and unsealed alike, predicted, clustered, pairs and clusters written",
        "≤ 1.5",
        ours=[seconds] * len(theirs),
        theirs=[their_seconds for their_seconds, _ in theirs],
        higher_is_better=False,
        beside={
            "unit": "s, ours once",
            "f1": _f1({row["id"]: row["oneId"] for row in rows}, side.people),
            "moved": linked.moved,
            "pairs": linked.pairs,
            "pairsOfSplink": theirs[-1][1],
        },
    )


async def _ingest(bench: Bench) -> dict[str, int]:
    """Write the records; each profile's person by its id."""
    services = bench.fresh()
    source = SourceDeclaration.model_validate({"name": SOURCE, "kind": "crm", "region": "GB"})
    reader = RowReader(as_file(source), system_clock())
    person_of: dict[str, int] = {}
    messages: list[Message] = []
    for record, person in records(RECORDS):
        message = reader.read(record)
        assert isinstance(message, Message), message
        person_of[services.blind.record_key(SOURCE, message.record_id)] = person
        messages.append(message)
    for start in range(0, len(messages), BATCH):
        await services.writer.write(messages[start : start + BATCH])
    rows = await services.database.run_schema(_IDS)
    return {row["id"]: person_of[row["key"]] for row in rows}


def _f1(clusters: Clusters, people: Mapping[str, int]) -> float:
    """Pairwise F1 of clusters against people; a record in no cluster stands alone."""
    both = Counter[tuple[Hashable, int]]()
    found, true = Counter[Hashable](), Counter[int]()
    for id_, person in people.items():
        cluster = clusters.get(id_, id_)
        both[cluster, person] += 1
        found[cluster] += 1
        true[person] += 1
    right, said, there = (
        sum(comb(count, 2) for count in counter.values()) for counter in (both, found, true)
    )
    return round(2 * right / (said + there), 4) if said + there else 1.0
