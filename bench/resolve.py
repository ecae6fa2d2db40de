"""Resolving one new event: against a full recompute, as the graph grows, and the pure function by itself."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Sequence

from bench.growth import PROBES, Growing
from bench.identity.evidence import build
from bench.measure import ROUNDS, Figure, interleaved
from bench.recompute import recompute_components
from bench.setting import Bench
from graph.identity.evidence import ProfileEvidence
from graph.identity.resolve import components
from graph.identity.resolve import resolve as resolve_purely
from graph.identity.rules import DEFAULT_RULES, Rules, load_rules
from graph.ingest.files.load import BATCH_ROWS
from seed.places import Locale

SMALL, LARGE = (int(n) for n in os.environ.get("GUANXI_BENCH_PEOPLE", "10000,100000").split(","))
PURE_PEOPLE = int(os.environ.get("GUANXI_BENCH_PURE_PEOPLE", "8000"))
PURE_WANTED = 20_000
_PROBES_A_ROUND = 40


async def resolve(bench: Bench) -> list[Figure]:
    """Three figures; the graph is filled once."""
    pure = await asyncio.to_thread(purely)
    growing = await Growing.empty(bench)
    await growing.grow(SMALL)
    await growing.probe()  # warms plans
    small, small_bare = await growing.probe()
    await growing.grow(LARGE)
    large, large_bare = await growing.probe()
    growth = Figure(
        "resolve-growth",
        f"one new event that joins a person, among {LARGE:,} people",
        f"the same among {SMALL:,} people",
        "≤ 1.3",
        ours=[large],
        theirs=[small],
        higher_is_better=False,
        beside={
            "unit": f"s, median of {PROBES}",
            "bareRoundTrip": [round(large_bare, 5), round(small_bare, 5)],
            "fillEventsPerSecond": growing.rates,
        },
    )
    return [await _against_recompute(bench, growing), growth, pure]


async def _against_recompute(bench: Bench, growing: Growing) -> Figure:
    read: list[tuple[float, int, int]] = []

    async def ours() -> float:
        return 1 / (await growing.probe(_PROBES_A_ROUND))[0]

    async def theirs() -> float:
        read.append(await recompute_components(bench.driver, bench.database))
        return 1 / read[-1][0]

    figure = Figure(
        "resolve-recompute",
        f"one new event that joins a person, among {growing.people:,} people, committed",
        "reading all evidence edges and finding all components in C, nothing written",
        "≥ 100",
        beside={"unit": "resolutions/s"},
    )
    await theirs()
    await interleaved(figure, ours, theirs)
    figure.beside |= {"recomputeSeconds": round(read[-1][0], 2), "edges": read[-1][1]}
    return figure


def purely() -> Figure:
    """Profiles a second of `resolve` on the seed world's evidence, in one thread, against the rate wanted.

    In batches of whole components, as writers hand them over. The world itself, which a writer does not hold, is
    kept from Python's cycle collector.
    """
    world = build(people=PURE_PEOPLE, seed=5, locale=Locale.CN)
    rules = load_rules(DEFAULT_RULES)
    batches = _batches(world.evidence, rules)
    gc.collect()
    gc.freeze()
    figure = Figure(
        "resolve-pure",
        "pure resolve of a seed world, profiles/s on one core",
        f"{PURE_WANTED:,} profiles/s, the rate wanted",
        "≥ 1",
        beside={
            "unit": "profiles/s",
            "people": PURE_PEOPLE,
            "profiles": len(world.evidence),
            "batches": len(batches),
        },
    )
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = [resolve_purely(batch, rules=rules) for batch in batches]
        figure.ours.append(len(world.evidence) / (time.perf_counter() - started))
        figure.theirs.append(PURE_WANTED)
        members = sum(len(person.members) for answer in found for person in answer.people)
        assert members == len(world.evidence)
    gc.unfreeze()
    return figure


def _batches(evidence: Sequence[ProfileEvidence], rules: Rules) -> list[list[ProfileEvidence]]:
    profiles = {profile.key: profile for profile in evidence}
    found: list[list[ProfileEvidence]] = [[]]
    for part in components(evidence, rules=rules):
        if len(found[-1]) >= BATCH_ROWS:
            found.append([])
        found[-1] += [profiles[key] for key in part]
    return found
