"""`guanxi seed`: a world that looks real and knows its own truth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.follow import follow_feed
from api.cli.output import DataDir, JsonFlag, show
from api.cli.progress import counting
from api.wiring import Services, services
from graph.explanation.repository import find_subjects
from graph.ingest.committer import Committer
from graph.ingest.message import Message, Rejected
from graph.referral.sharing import IMPORTED_AT_ONCE
from graph.settings import load_settings
from seed.load import load_items, load_world, seed_sources
from seed.places import Locale
from seed.referrals import SHARE, SharedCode, programme, referral_scenes, referral_truth_rows
from seed.referrers import PROGRAMME
from seed.truth import write_truth
from seed.world import truth_rows

_BY: Final = "seed"


def seed(
    people: Annotated[
        int, typer.Option(min=1, max=10_000_000, help="How many people the world has.")
    ] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same world.")] = 42,
    locale: Annotated[Locale, typer.Option(help="Where its people live.")] = Locale.MIXED,
    truth: Annotated[
        Path | None, typer.Option(help="Write source,recordId,personId,householdId here.", dir_okay=False)
    ] = None,
    referrals: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="People beside them who refer or are referred, as a share; 0: no referrals."
        ),
    ] = SHARE,
    as_json: JsonFlag = False,
    data_dir: DataDir = None,
) -> None:
    """Load a made-up world of customers, cars, dealers and referrals through the ingest path.

    Beside honest referrals it has each kind of fraud, once among 1,600 people and again among each 1,600 more. The
    programme `two-sided` is published where there is none, and the codes are taken over. Loading the same world again
    changes nothing. `guanxi check truth FILE` then says how well it was resolved.
    """
    counts = asyncio.run(
        _seed(people=people, seed=seed, locale=locale, truth=truth, referrals=referrals, data_dir=data_dir)
    )
    text = f"Loaded {counts['items']:,} events and records of {people:,} people, {counts['referrals']:,} referrals."
    show(counts, text=text + (f" Truth: {truth}" if truth else ""), as_json=as_json)


async def _seed(
    *,
    people: int,
    seed: int,
    locale: Locale,
    truth: Path | None,
    referrals: float,
    data_dir: Path | None,
) -> dict[str, object]:
    async with services(load_settings(data_dir=data_dir)) as opened:
        loaded = await load(opened, people=people, seed=seed, locale=locale, truth=truth, referrals=referrals)
        await follow_feed(opened)
        return loaded


async def load(
    opened: Services,
    *,
    people: int,
    seed: int,
    locale: Locale = Locale.MIXED,
    truth: Path | None = None,
    referrals: float = 0.0,
) -> dict[str, object]:
    """Declare the world's sources, load it, and write its truth where asked.

    With a share of `referrals` those too: their codes are there before anybody follows the feed. Raises InputError
    before anything is loaded where `seed.referrals.referral_scenes` refuses that many.
    """
    scenes = partial(referral_scenes, people=people, seed=seed, locale=locale, share=referrals)
    # Asked for here, so that too many are refused before anything is written.
    referred = (item for scene in scenes() for item, _ in scene.items)
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
            rows = chain(
                truth_rows(people=people, seed=seed, locale=locale),
                referral_truth_rows(people=people, seed=seed, locale=locale, share=referrals),
            )
            advance(write_truth(truth, rows))
    with counting("Loading the world", unit="items") as advance:
        async with Committer(opened.writer.write, probe=probe) as committer:
            items = await load_world(submit, people=people, seed=seed, locale=locale, loaded=advance)
            items += await load_items(submit, referred, loaded=advance)
    await _import_codes(opened, (shared for scene in scenes() for shared in scene.codes))
    return {
        "people": people,
        "seed": seed,
        "locale": locale,
        "items": items,
        "referrals": sum(len(scene.planted) for scene in scenes()),
        "rejected": rejected,
        "truth": str(truth) if truth else None,
    }


async def _import_codes(opened: Services, codes: Iterator[SharedCode]) -> None:
    """Publish the programme of the codes where there is none, and take the codes over; safe to do again."""
    published = False
    while batch := list(islice(codes, IMPORTED_AT_ONCE)):
        if not published and PROGRAMME not in await opened.programmes.all():
            await opened.programmes.publish(programme(), by=_BY)
        published = True
        keys = {opened.blind.record_key(*shared.owner): shared.code for shared in batch}
        found = await find_subjects(opened.database.read_one, (), keys)
        owned = [(code, found[key].profile_id) for key, code in keys.items() if key in found]
        await opened.sharing.import_codes(PROGRAMME, owned, by=_BY)
