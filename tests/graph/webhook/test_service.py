"""Endpoints and replays; address and secrets lie nowhere in the clear."""

from __future__ import annotations

import pytest

from graph.clock import SECOND
from graph.db.database import Database
from graph.errors import AccessError, InputError, NotFoundError
from graph.feed.follow import catch_up
from graph.webhook.sender import WebhookSender
from graph.webhook.service import WebhookService
from graph.webhook.signing import verify
from tests.graph.webhook.conftest import SetClock, told
from tests.graph.webhook.receiver import Receiver, status

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def test_endpoints_are_added_listed_and_removed(webhooks: WebhookService, database: Database) -> None:
    url = "https://crm.example/hook?token=abc123"
    first, secret = await webhooks.add(url, types=["b.c", "a.b"], secret=SECRET)
    second, made = await webhooks.add("https://other.example/")
    assert secret == SECRET != made
    assert await webhooks.endpoints() == sorted([first, second], key=lambda endpoint: endpoint.id)
    assert (first.host, first.types, first.state) == ("crm.example", ("a.b", "b.c"), "active")
    rows = await database.run_schema("CYPHER 5 MATCH (e:WebhookEndpoint) RETURN properties(e) AS it")
    for hidden in ("abc123", "/hook", SECRET.removeprefix("whsec_")):
        assert hidden not in str(rows)
        assert hidden.encode() not in b"".join(row["it"]["url"] + row["it"]["secrets"] for row in rows)
    await webhooks.remove(first.id)
    assert await webhooks.endpoints() == [second]
    for missing in (webhooks.remove(first.id), webhooks.test(first.id), webhooks.rotate(first.id)):
        with pytest.raises(NotFoundError):
            await missing


async def test_what_is_wrong_is_refused_and_nothing_kept(webhooks: WebhookService) -> None:
    with pytest.raises(InputError):
        await webhooks.add("http://crm.example/")
    with pytest.raises(InputError):
        await webhooks.add("https://10.0.0.1/")
    with pytest.raises(InputError):
        await webhooks.add("https://crm.example/", types=["no name"])
    with pytest.raises(InputError):
        await webhooks.add("https://crm.example/", secret="whsec_short")
    assert await webhooks.endpoints() == []


async def test_both_secrets_sign_until_the_grace_ends(
    webhooks: WebhookService, sender: WebhookSender, receiver: Receiver, clock: SetClock
) -> None:
    endpoint, old = await webhooks.add(receiver.url)
    new = await webhooks.rotate(endpoint.id, grace=60 * SECOND)
    await webhooks.test(endpoint.id)
    await catch_up(sender)
    (both,) = receiver.requests
    for secret in (old, new):
        assert verify([secret], both.headers, both.body, now=clock() // SECOND)
    clock.pass_seconds(60)
    await webhooks.test(endpoint.id)
    await catch_up(sender)
    only = receiver.requests[-1]
    assert verify([new], only.headers, only.body, now=clock() // SECOND)
    with pytest.raises(AccessError):
        verify([old], only.headers, only.body, now=clock() // SECOND)


async def test_a_delivery_is_replayed_under_its_id(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    (event_id,) = await told(database, clock, "r1")
    delivery_id = f"{endpoint.id}/{event_id}"
    assert not await webhooks.replay(delivery_id)  # it waits anyway
    await catch_up(sender)
    assert await webhooks.replay(delivery_id)
    assert not await webhooks.replay(delivery_id)
    await catch_up(sender)
    assert receiver.ids == [event_id, event_id]
    with pytest.raises(NotFoundError):
        await webhooks.replay("none")


async def test_a_replayed_delivery_goes_before_what_failed_after_it(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    first, second = await told(database, clock, "r1", "r1")
    receiver.answers = [status(200), status(500)]
    await catch_up(sender)
    assert await webhooks.replay(f"{endpoint.id}/{first}")
    await catch_up(sender)
    assert receiver.ids == [first, second, first]
    clock.pass_seconds(5)
    await catch_up(sender)
    assert receiver.ids == [first, second, first, second]


async def test_a_range_of_time_is_replayed_in_order(
    webhooks: WebhookService,
    sender: WebhookSender,
    database: Database,
    receiver: Receiver,
    clock: SetClock,
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    before = await told(database, clock, "r1")
    clock.pass_seconds(10)
    since = clock()
    within = await told(database, clock, "r1", "r1", "r1")
    clock.pass_seconds(10)
    after = await told(database, clock, "r1")
    await catch_up(sender)
    assert receiver.ids == before + within + after
    assert await webhooks.replay_range(endpoint.id, since=since, until=clock() - SECOND) == 3
    await catch_up(sender)
    assert receiver.ids == before + within + after + within
    assert await webhooks.replay_range(endpoint.id, since=0, until=clock(), states=["dead"]) == 0


async def test_pages_of_deliveries_hold_each_once(
    webhooks: WebhookService, database: Database, receiver: Receiver, clock: SetClock
) -> None:
    endpoint, _ = await webhooks.add(receiver.url)
    events = [*await told(database, clock, *"abcde")]
    clock.pass_seconds(1)
    events += await told(database, clock, *"fgh")
    pages = [await webhooks.deliveries(endpoint.id, limit=3)]
    while page := await webhooks.deliveries(endpoint.id, limit=3, before=pages[-1][-1]):
        pages.append(page)
    assert [len(page) for page in pages] == [3, 3, 2]
    listed = [it for page in pages for it in page]
    assert sorted(it.event_id for it in listed) == sorted(events)
    assert [it.recorded_at for it in listed] == sorted((it.recorded_at for it in listed), reverse=True)
