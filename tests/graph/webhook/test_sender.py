"""Deliveries: at least once under one id, in order for each key, tried for three days, lost by nobody."""

from __future__ import annotations

import asyncio
import json

import pytest

from graph.clock import DAY, SECOND, new_id
from graph.db.database import Database, Transaction
from graph.feed.follow import catch_up
from graph.privacy.keyring import Keyring
from graph.webhook.outbox import Event, tell
from graph.webhook.schedule import WAITS
from graph.webhook.sender import LEASE_SECONDS, WebhookSender
from graph.webhook.service import WebhookService
from graph.webhook.signing import verify
from tests.graph.webhook.conftest import SetClock, make_sender, told
from tests.graph.webhook.receiver import Receiver, receiving, status


async def states(webhooks: WebhookService, endpoint_id: str) -> dict[str, str]:
    """The state of each delivery by its webhook-id."""
    return {it.event_id: it.state for it in await webhooks.deliveries(endpoint_id)}


async def test_a_delivery_is_signed_and_sent_once(
    webhooks: WebhookService, sender: WebhookSender, receiver: Receiver, clock: SetClock
) -> None:
    endpoint, secret = await webhooks.add(receiver.url)
    assert await sender.follow() is None
    delivery_id = await webhooks.test(endpoint.id)
    assert await catch_up(sender) == 1
    (request,) = receiver.requests
    event_id = verify([secret], request.headers, request.body, now=clock() // SECOND)
    assert delivery_id == f"{endpoint.id}/{event_id}"
    body = json.loads(request.body)
    assert (body["type"], body["data"]) == ("webhook.ping", {})
    (delivery,) = await webhooks.deliveries(endpoint.id)
    assert (delivery.state, delivery.attempts, delivery.status) == ("delivered", 1, 204)
    clock.pass_seconds(4 * 86_400)
    assert await sender.follow() is None


async def test_what_was_delivered_is_forgotten_in_time_and_what_is_dead_stays(
    webhooks: WebhookService, sender: WebhookSender, receiver: Receiver, clock: SetClock
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    await webhooks.test(endpoint.id)
    await catch_up(sender)
    receiver.answers.append(status(410))
    await webhooks.test(endpoint.id)
    await catch_up(sender)
    clock.pass_seconds(29 * 86_400)
    await catch_up(sender)
    assert sorted((await states(webhooks, endpoint.id)).values()) == ["dead", "delivered"]
    clock.pass_seconds(2 * 86_400)
    await catch_up(sender)
    assert list((await states(webhooks, endpoint.id)).values()) == ["dead"]


async def test_what_is_rolled_back_is_told_nobody(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)

    async def work(tx: Transaction) -> None:
        assert await tell(tx, [Event(new_id(), "a.b", "k", clock(), {})], at=clock()) == 1
        raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError):
        await database.in_write(work)
    assert await sender.follow() is None
    assert await webhooks.deliveries(endpoint.id) == []


async def test_an_endpoint_is_told_its_types_only(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    async with receiving() as other:
        await webhooks.add(receiver.url, types=["referral.matured"])
        await webhooks.add(other.url)
        moved = await told(database, clock, "r1")
        matured = await told(database, clock, "r1", kind="referral.matured")
        await catch_up(sender)
        assert receiver.ids == matured
        assert other.ids == moved + matured


async def test_a_failed_delivery_is_tried_again_under_its_id_after_each_wait(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    endpoint, secret = await webhooks.add(receiver.url)
    (event_id,) = await told(database, clock, "r1")
    receiver.answers = [status(500), status(302, "Location: /"), status(404)]
    await catch_up(sender)
    for wait in WAITS[:3]:
        clock.pass_seconds(wait / SECOND - 1)
        assert await sender.follow() is None
        clock.pass_seconds(1)
        assert await sender.follow() == 1
    assert receiver.ids == [event_id] * 4
    assert len({request.body for request in receiver.requests}) == 1
    last = receiver.requests[-1]
    assert verify([secret], last.headers, last.body, now=clock() // SECOND) == event_id
    (delivery,) = await webhooks.deliveries(endpoint.id)
    assert (delivery.state, delivery.attempts) == ("delivered", 4)


async def test_after_three_days_it_is_a_dead_letter_and_the_next_has_its_turn(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    first, second = await told(database, clock, "r1", "r1")
    receiver.otherwise = status(500)
    began = clock()
    while (await states(webhooks, endpoint.id))[first] == "pending":
        if await sender.follow() is None:
            waiting = [it.next_at for it in await webhooks.deliveries(endpoint.id) if it.next_at]
            clock.now = waiting[0]
    assert clock() == began + 3 * DAY
    assert set(receiver.ids) == {first}
    receiver.otherwise = status(200)
    await catch_up(sender)
    assert await states(webhooks, endpoint.id) == {first: "dead", second: "delivered"}
    (dead,) = await webhooks.deliveries(endpoint.id, states=["dead"])
    assert (dead.event_id, dead.status, dead.reason) == (first, 500, "status 500")


async def test_later_deliveries_of_a_key_wait_and_other_keys_do_not(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    receiver.answers = [status(503)]
    failed = await told(database, clock, "r1")
    await catch_up(sender)
    later = await told(database, clock, "r1", "r2", "r1", "r3")
    await catch_up(sender)
    assert sorted(receiver.ids[1:]) == sorted([later[1], later[3]])
    clock.pass_seconds(WAITS[0] / SECOND)
    await catch_up(sender)
    assert receiver.ids[3:] == [failed[0], later[0], later[2]]
    assert set((await states(webhooks, endpoint.id)).values()) == {"delivered"}


async def test_a_hanging_receiver_holds_up_its_own_deliveries_only(
    webhooks: WebhookService, database: Database, keyring: Keyring, receiver: Receiver, clock: SetClock
) -> None:
    async with receiving() as other:
        hanging, _ = await webhooks.add(receiver.url)
        good, _ = await webhooks.add(other.url)
        receiver.otherwise = None
        (event_id,) = await told(database, clock, "r1")
        assert await make_sender(database, keyring, clock, seconds=0.3).follow() == 2
        assert other.ids == [event_id]
        (late,) = await webhooks.deliveries(hanging.id)
        assert (late.state, late.status, late.reason) == ("pending", None, "timeout")
        assert await states(webhooks, good.id) == {event_id: "delivered"}


async def test_who_answers_410_is_told_no_more(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    receiver.answers = [status(410)]
    gone = await told(database, clock, "r1", "r1")
    await catch_up(sender)
    assert await told(database, clock, "r2")
    assert await sender.follow() is None
    assert receiver.ids == gone[:1]
    assert [it.state for it in await webhooks.endpoints()] == ["disabled"]
    assert await states(webhooks, endpoint.id) == dict.fromkeys(gone, "dead")


async def test_several_senders_send_each_once_and_one_of_a_key_at_a_time(
    webhooks: WebhookService, database: Database, keyring: Keyring, receiver: Receiver, clock: SetClock
) -> None:
    await webhooks.add(receiver.url)
    keys = [f"r{n % 10}" for n in range(40)]
    events = await told(database, clock, *keys)
    senders = [make_sender(database, keyring, clock) for _ in range(4)]
    await asyncio.gather(*(catch_up(one) for one in senders))
    await catch_up(senders[0])  # what became due when another had looked already
    assert sorted(receiver.ids) == sorted(events)
    key_of = dict(zip(events, keys, strict=True))
    for key in set(keys):
        mine = [event for event in events if key_of[event] == key]
        assert [event for event in receiver.ids if key_of[event] == key] == mine


async def test_a_killed_sender_loses_nothing(
    webhooks: WebhookService, database: Database, keyring: Keyring, receiver: Receiver, clock: SetClock
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    first, second = await told(database, clock, "r1", "r1")
    receiver.answers = [None]
    killed = asyncio.create_task(make_sender(database, keyring, clock).follow())
    await receiver.arrived.wait()
    other = make_sender(database, keyring, clock)
    assert await other.follow() is None  # it is leased: nobody sends it at the same time
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert await other.follow() is None
    clock.pass_seconds(LEASE_SECONDS)
    await catch_up(other)
    assert receiver.ids == [first, first, second]
    assert await states(webhooks, endpoint.id) == {first: "delivered", second: "delivered"}


async def test_who_lost_the_lease_settles_nothing(
    webhooks: WebhookService, database: Database, keyring: Keyring, receiver: Receiver, clock: SetClock
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    (event_id,) = await told(database, clock, "r1")
    receiver.answers = [None]
    slow = asyncio.create_task(make_sender(database, keyring, clock, seconds=1.0).follow())
    await receiver.arrived.wait()
    clock.pass_seconds(LEASE_SECONDS)
    await catch_up(make_sender(database, keyring, clock))
    assert await slow == 1
    (delivery,) = await webhooks.deliveries(endpoint.id)
    assert (delivery.event_id, delivery.state, delivery.attempts) == (event_id, "delivered", 1)


async def test_a_host_that_is_no_longer_allowed_is_not_reached(
    webhooks: WebhookService, database: Database, keyring: Keyring, receiver: Receiver, clock: SetClock
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    await told(database, clock, "r1")
    assert await WebhookSender(database, keyring=keyring, clock=clock).follow() == 1
    (delivery,) = await webhooks.deliveries(endpoint.id)
    assert (delivery.state, delivery.reason, receiver.requests) == ("pending", "address refused", [])
