"""`guanxi seed`: a world that looks real and knows its own truth."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from api.cli.follow import follow_feed
from api.cli.output import DataDir, JsonFlag, show
from api.cli.progress import counting
from api.wiring import Services, services
from graph.ingest.committer import Committer
from graph.ingest.message import Message, Rejected
from graph.settings import load_settings
from seed.load import load_world, seed_sources
from seed.places import Locale
from seed.truth import write_truth
from seed.world import truth_rows


def seed(
    people: Annotated[
        int, typer.Option(min=1, max=10_000_000, help="How many people the world has.")
    ] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 42,
    locale: Annotated[Locale, typer.Option(help="Where its people live.")] = Locale.MIXED,
    truth: Annotated[
        Path | None, typer.Option(help="Write source,recordId,personId,householdId here.", dir_okay=False)
    ] = None,
    as_json: JsonFlag = False,
    data_dir: DataDir = None,
) -> None:
    """Load a made-up world of customers, cars and dealers through the ingest path.

    Loading the same world again changes nothing. `guanxi check truth FILE` then says how well it was resolved.
    """
    counts = asyncio.run(_seed(people=people, seed=seed, locale=locale, truth=truth, data_dir=data_dir))
    text = f"Loaded {counts['items']:,} events and records of {people:,} people."
    show(counts, text=text + (f" Truth: {truth}" if truth else ""), as_json=as_json)


async def _seed(
    *, people: int, seed: int, locale: Locale, truth: Path | None, data_dir: Path | None
) -> dict[str, object]:
    async with services(load_settings(data_dir=data_dir)) as opened:
        loaded = await load(opened, people=people, seed=seed, locale=locale, truth=truth)
        await follow_feed(opened)
        return loaded


async def load(
    opened: Services, *, people: int, seed: int, locale: Locale = Locale.MIXED, truth: Path | None = None
) -> dict[str, object]:
    """Declare the world's sources, load it, and write its truth where asked."""
    await opened.sources.apply(seed_sources().values())
    rejected = 0

    async def probe() -> object:
        return await opened.database.read("ingest.find_head")

    async def submit(messages: list[Message], bad: list[Rejected]) -> None:
        nonlocal rejected
        outcomes = await committer.submit(messages, rejected=bad)
        rejected += len(bad) + sum(outcome is not None for outcome in outcomes)

    if truth is not None:
        with counting("Writing the truth", unit="records") as advance:
            advance(write_truth(truth, truth_rows(people=people, seed=seed, locale=locale)))
    with counting("Loading the world", unit="items") as advance:
        async with Committer(opened.writer.write, probe=probe) as committer:
            items = await load_world(submit, people=people, seed=seed, locale=locale, loaded=advance)
    return {
        "people": people,
        "seed": seed,
        "locale": locale,
        "items": items,
        "rejected": rejected,
        "truth": str(truth) if truth else None,
    }
