"""Referral events from the door to the ledger, against plain touchpoints of as many people by the same way in."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from api.wiring import Services
from bench import raw
from bench.ingest import POSTERS, new_key, post_all
from bench.measure import ROUNDS, Figure
from bench.setting import Bench, server
from graph.clock import DAY, system_clock
from graph.collector import collecting_seldom
from graph.feed.cursor import FeedCursor
from graph.feed.follow import catch_up
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.referral.codes import check_symbol
from graph.referral.sharing import IMPORTED_AT_ONCE
from graph.referral.terms import PROGRAMMES, load_terms

FRIENDS = int(os.environ.get("GUANXI_BENCH_FRIENDS", "2000"))
"""Of a cohort; each has three events, in three rounds."""
OWNERS = 100
"""Participants whose codes the friends of a cohort come by."""
BATCH = 500
WARM_UP = 3
"""Rounds until somebody clicks, somebody orders and somebody has the car in each, and statements are compiled."""
LOOK = 0.02
"""Seconds between two looks whether the server's followers are at the feed's end."""
_DIGITS = "23456789CD"
BODIES = [f"234{a}{b}{c}{d}" for a in "2345" for b in _DIGITS for c in _DIGITS for d in _DIGITS]
CODES = [body + check_symbol(body) for body in BODIES[: 2 * (ROUNDS + WARM_UP) * OWNERS]]

Event = dict[str, Any]


async def referring(bench: Bench) -> list[Figure]:
    """Events a second: judged, attributed and posted, by the writer with the follower after it, and by HTTP beside it.

    A round has one step of three cohorts: of one each friend clicks, another's order, a third's have the car. Rounds
    bring people and participants of their own to one growing graph; the first, in which statements are planned, are not
    counted on either side.
    """
    await raw.wipe(bench.driver, bench.database)
    services = bench.fresh()
    terms = load_terms(PROGRAMMES / "two_sided.toml")
    wide = tuple(each.model_copy(update={"amount": 100 * each.amount}) for each in terms.budgets)
    await services.programmes.publish(terms.model_copy(update={"budgets": wide}), by="bench")
    await _participants(bench, services)
    figures = [await _by_writer(bench, services), await _by_http(bench, services)]
    row = await bench.driver.execute_query(
        "MATCH (w:Reward) WHERE w.state IN ['approved', 'posted'] RETURN count(w) AS rewards",
        database_=bench.database,
    )
    assert row.records[0]["rewards"] >= 2 * (ROUNDS + WARM_UP - 2) * FRIENDS, "each was granted and approved"
    return figures


async def _by_writer(bench: Bench, services: Services) -> Figure:
    figure = _figure("referral-events", "by the writer, then judged", "written by the same writer")

    async def plain(events: list[Event]) -> None:
        await _write(bench, services, events)

    async def referred(events: list[Event]) -> None:
        await _write(bench, services, events)
        await catch_up(services.judging)

    async def settled() -> None:
        await catch_up(services.judging)

    with collecting_seldom():  # as `serve` and loads of files do
        await _rounds(figure, plain, referred, settled, first=0)
    return figure


async def _by_http(bench: Bench, services: Services) -> Figure:
    figure = _figure("referral-http", "over HTTP, judged meanwhile", "over HTTP, acknowledged")
    cursors = {
        name: FeedCursor(services.database, name=name) for name in ("households", "review", "referrals")
    }
    async with server(bench) as (address, _):

        async def plain(events: list[Event]) -> None:
            await post_all(address, keys, events)

        async def followed(*names: str) -> None:
            for name in names:
                while await cursors[name].next() is not None:  # noqa: ASYNC110 - another process goes on
                    await asyncio.sleep(LOOK)

        async def referred(events: list[Event]) -> None:
            await post_all(address, keys, events)
            await followed("referrals")

        async def settled() -> None:
            await followed(*cursors)

        keys = [await new_key(bench) for _ in range(POSTERS)]
        await _rounds(figure, plain, referred, settled, first=ROUNDS + WARM_UP)
    return figure


def _figure(name: str, way: str, peer: str) -> Figure:
    return Figure(
        name,
        f"{FRIENDS} friends come by a code, as many order, as many have the car: {way}, attributed, posted, told",
        f"as many plain touchpoints of as many people, {peer}",
        "≥ 0.5",
        beside={"unit": "events/s", "friends": FRIENDS, "participants": OWNERS},
    )


async def _rounds(
    figure: Figure,
    plain: Callable[[list[Event]], Awaitable[None]],
    referred: Callable[[list[Event]], Awaitable[None]],
    settled: Callable[[], Awaitable[None]],
    *,
    first: int,
) -> None:
    for round_ in range(first, first + ROUNDS + WARM_UP):
        rates = list[float]()
        for send, events in ((plain, _plain(round_)), (referred, _referred(round_, since=first))):
            await settled()
            started = time.perf_counter()
            await send(events)
            rates.append(len(events) / (time.perf_counter() - started))
        if round_ >= first + WARM_UP:
            figure.theirs.append(rates[0])
            figure.ours.append(rates[1])


async def _participants(bench: Bench, services: Services) -> None:
    now = system_clock()
    owners = [_event(f"o{n}", "Content Viewed", now - 99 * DAY, contentId="c") for n in range(len(CODES))]
    await _write(bench, services, owners)
    row = await bench.driver.execute_query(
        "MATCH (p:Profile) RETURN collect(p.id) AS ids", database_=bench.database
    )
    ids: list[str] = row.records[0]["ids"]
    pairs = list(zip(CODES, ids, strict=True))
    for start in range(0, len(pairs), IMPORTED_AT_ONCE):
        await services.sharing.import_codes("two-sided", pairs[start : start + IMPORTED_AT_ONCE], by="bench")
    await catch_up(services.judging)


def _plain(round_: int) -> list[Event]:
    now = system_clock()
    return [
        _event(f"p{round_}-{n}", "Content Viewed", now - day * DAY, contentId=f"c{day}")
        for n in range(FRIENDS)
        for day in (20, 15, 1)
    ]


def _referred(round_: int, *, since: int) -> list[Event]:
    """What happens to the friends of three cohorts in a round; those before the first have no events."""
    now = system_clock()

    def said(cohort: int, number: int, event: str, day: int, **properties: str) -> list[Event]:
        at = now - (day + number // OWNERS) * DAY
        return [_event(f"f{cohort}-{number}", event, at, **properties)] if cohort >= since else []

    events = list[Event]()
    for n in range(FRIENDS):
        events += said(round_, n, "Referral Link Clicked", 20, code=CODES[round_ * OWNERS + n % OWNERS])
        events += said(round_ - 1, n, "Order Placed", 15, orderId=f"order-{round_ - 1}-{n}")
        events += said(round_ - 2, n, "Vehicle Delivered", 1, orderId=f"order-{round_ - 2}-{n}")
    return events


async def _write(bench: Bench, services: Services, events: list[Event]) -> None:
    messages = list[Message]()
    for event in events:
        made = read_message(event, Arrival(bench.source, system_clock()))
        assert isinstance(made, Message), made
        messages.append(made)
    for start in range(0, len(messages), BATCH):
        await services.writer.write(messages[start : start + BATCH])


def _event(user: str, event: str, at: int, **properties: str) -> Event:
    return {
        "type": "track",
        "event": event,
        "userId": user,
        "messageId": f"{user}-{event}-{at}",
        "timestamp": at // 1000,
        "properties": properties,
    }
