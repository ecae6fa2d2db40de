"""Referral events from the door to the ledger, against plain touchpoints of as many people by the same writer."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from api.wiring import Services
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
_DIGITS = "23456789CD"
BODIES = [f"2345{a}{b}{c}" for a in _DIGITS[: ROUNDS + 1] for b in _DIGITS for c in _DIGITS]
CODES = [body + check_symbol(body) for body in BODIES]


async def referring(bench: Bench) -> list[Figure]:
    """Events a second: each friend comes by a code, orders and has the car; judged, attributed and posted.

    Each round brings people and participants of its own to one growing graph; the first, in which statements are
    planned, is not counted on either side.
    """
    figure = Figure(
        "referral-events",
        f"{FRIENDS} friends come by a code, order and have the car: written, judged, attributed, posted, told",
        "as many plain touchpoints of as many people, written by the same writer",
        "≥ 0.5",
        beside={"unit": "events/s", "friends": FRIENDS, "participants": OWNERS},
    )
    await raw.wipe(bench.driver, bench.database)
    services = bench.fresh()
    await services.programmes.publish(load_terms(PROGRAMMES / "two_sided.toml"), by="bench")
    await _participants(bench, services)
    for round_ in range(ROUNDS + 1):
        theirs = await _plain(bench, services, round_)
        ours = await _referred(bench, services, round_)
        if round_:
            figure.theirs.append(theirs)
            figure.ours.append(ours)
    row = await bench.driver.execute_query(
        "MATCH (w:Reward) WHERE w.state IN ['approved', 'posted'] RETURN count(w) AS rewards",
        database_=bench.database,
    )
    assert row.records[0]["rewards"] >= (ROUNDS + 1) * FRIENDS, "each friend's was granted and approved"
    return [figure]


async def _participants(bench: Bench, services: Services) -> None:
    now = system_clock()
    owners = [
        _event(bench, f"o{n}", "Content Viewed", now - 99 * DAY, contentId="c") for n in range(len(CODES))
    ]
    await _write(services.writer, owners)
    row = await bench.driver.execute_query(
        "MATCH (p:Profile) RETURN collect(p.id) AS ids", database_=bench.database
    )
    ids: list[str] = row.records[0]["ids"]
    await services.sharing.import_codes("two-sided", list(zip(CODES, ids, strict=True)), by="bench")
    await catch_up(services.judging)


async def _plain(bench: Bench, services: Services, round_: int) -> float:
    now = system_clock()
    steps = [
        [
            _event(bench, f"p{round_}-{n}", "Content Viewed", now - day * DAY, contentId=f"c{day}")
            for n in range(FRIENDS)
        ]
        for day in (20, 15, 1)
    ]
    started = time.perf_counter()
    for messages in steps:
        await _write(services.writer, messages)
    seconds = time.perf_counter() - started
    await catch_up(services.judging)  # it has nothing to say of them, and is not counted here
    return 3 * FRIENDS / seconds


async def _referred(bench: Bench, services: Services, round_: int) -> float:
    now = system_clock()

    def code(number: int) -> dict[str, str]:
        return {"code": CODES[round_ * OWNERS + number % OWNERS]}

    def order(number: int) -> dict[str, str]:
        return {"orderId": f"order-{round_}-{number}"}

    steps = [
        [
            _event(bench, f"f{round_}-{n}", event, now - (day + n // OWNERS) * DAY, **said(n))
            for n in range(FRIENDS)
        ]
        for event, day, said in (
            ("Referral Link Clicked", 20, code),
            ("Order Placed", 15, order),
            ("Vehicle Delivered", 1, order),
        )
    ]
    started = time.perf_counter()
    for messages in steps:
        await _write(services.writer, messages)
        await catch_up(services.judging)
    return 3 * FRIENDS / (time.perf_counter() - started)


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
