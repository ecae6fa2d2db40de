"""Referral events from the door to the ledger, against plain touchpoints of as many people by the same writer."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from bench import raw
from bench.measure import ROUNDS, Figure
from bench.setting import Bench
from graph.clock import DAY, system_clock
from graph.feed.follow import catch_up
from graph.ingest.message import Message
from graph.ingest.segment import Arrival, read_message
from graph.ingest.writer import Writer
from graph.referral.codes import check_symbol
from graph.referral.terms import PROGRAMMES, load_terms

FRIENDS = int(os.environ.get("GUANXI_BENCH_FRIENDS", "2000"))
OWNERS = 100
"""Participants whose codes the friends come by."""
BATCH = 500
BODIES = [f"23456{high}{low}" for high in "23456789CD" for low in "23456789CD"]
CODES = [body + check_symbol(body) for body in BODIES]


async def referring(bench: Bench) -> list[Figure]:
    """Events a second: each friend comes by a code, orders and has the car; judged, attributed and posted."""
    figure = Figure(
        "referral-events",
        f"{FRIENDS} friends come by a code, order and have the car: written, judged, attributed, posted, told",
        "as many plain touchpoints of as many people, written by the same writer",
        "≥ 0.5",
        beside={"unit": "events/s", "friends": FRIENDS, "participants": OWNERS},
    )
    for _ in range(ROUNDS):
        figure.theirs.append(await _plain(bench))
        figure.ours.append(await _referred(bench))
    return [figure]


async def _plain(bench: Bench) -> float:
    await raw.wipe(bench.driver, bench.database)
    services, now = bench.fresh(), system_clock()
    steps = [
        [
            _event(bench, f"f{n}", "Content Viewed", now - day * DAY, contentId=f"c{day}")
            for n in range(FRIENDS)
        ]
        for day in (20, 15, 1)
    ]
    started = time.perf_counter()
    for messages in steps:
        await _write(services.writer, messages)
    return 3 * FRIENDS / (time.perf_counter() - started)


async def _referred(bench: Bench) -> float:
    await raw.wipe(bench.driver, bench.database)
    services, now = bench.fresh(), system_clock()
    await services.programmes.publish(load_terms(PROGRAMMES / "two_sided.toml"), by="bench")
    owners = [_event(bench, f"o{n}", "Content Viewed", now - 99 * DAY, contentId="c") for n in range(OWNERS)]
    await _write(services.writer, owners)
    row = await bench.driver.execute_query(
        "MATCH (p:Profile) RETURN collect(p.id) AS ids", database_=bench.database
    )
    ids: list[str] = row.records[0]["ids"]
    await services.sharing.import_codes("two-sided", list(zip(CODES, ids, strict=True)), by="bench")
    await catch_up(services.judging)
    steps = [
        [_event(bench, f"f{n}", event, now - (day + n // OWNERS) * DAY, **said(n)) for n in range(FRIENDS)]
        for event, day, said in (
            ("Referral Link Clicked", 20, _code),
            ("Order Placed", 15, _order),
            ("Vehicle Delivered", 1, _order),
        )
    ]
    started = time.perf_counter()
    for messages in steps:
        await _write(services.writer, messages)
        await catch_up(services.judging)
    seconds = time.perf_counter() - started
    row = await bench.driver.execute_query(
        "MATCH (w:Reward) WHERE w.state IN ['approved', 'posted'] RETURN count(w) AS rewards",
        database_=bench.database,
    )
    assert row.records[0]["rewards"] >= FRIENDS, "each friend's was granted and approved"
    return 3 * FRIENDS / seconds


def _code(number: int) -> dict[str, str]:
    return {"code": CODES[number % OWNERS]}


def _order(number: int) -> dict[str, str]:
    return {"orderId": f"order-{number}"}


async def _write(writer: Writer, messages: Sequence[Message]) -> None:
    for start in range(0, len(messages), BATCH):
        await writer.write(list(messages[start : start + BATCH]))


def _event(bench: Bench, user: str, event: str, at: int, **properties: str) -> Message:
    body = {
        "type": "track",
        "event": event,
        "userId": user,
        "messageId": f"{user}-{event}-{at}",
        "timestamp": at // 1000,
        "properties": properties,
    }
    made = read_message(body, Arrival(bench.source, system_clock()))
    assert isinstance(made, Message), made
    return made
