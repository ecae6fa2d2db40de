"""What is told of a person, of the queue, and of who became who; over both protocols."""

from __future__ import annotations

import itertools
from contextlib import aclosing
from typing import Any

from api.wiring import Services
from graph.access.roles import Role
from graph.judgement.model import Same
from tests.api.conftest import Ask, headers_of, message
from tests.api.gql.subscription.conftest import events, socket

USER = """subscription ($id: ID!, $after: String) { userChanged(oneId: $id, after: $after) { cursor by
    user { oneId displayName profiles { recordId } touchpoints(first: 1) { edges { node { event } } } } } }"""
CHANGES = (
    "subscription ($after: String) { identityChanged(after: $after) { cursor by node { kind oneId other } } }"
)


async def bring(services: Services, user: str, message_id: str, **event: Any) -> None:
    """One event of a record."""
    body = {
        "type": "track",
        "event": "Enquiry Submitted",
        "anonymousId": user,
        "messageId": message_id,
    } | event
    await services.writer.write([message(body)])


async def one_id(ask: Ask, user: str) -> str:
    query = 'query ($v: String!) { userByIdentifier(namespace: "anonymousId", value: $v) { oneId } }'
    return (await ask(query, {"v": f"web/{user}"}))["userByIdentifier"]["oneId"]


async def member(services: Services, one_id: str) -> str:
    """A profile of the person."""
    found = await services.people.members(one_id, dealer=None)
    assert found is not None
    return min(found[1])


async def test_a_person_is_told_by_a_socket(
    services: Services, place: str, other_place: str, ask: Ask, frontend: dict[str, str]
) -> None:
    await bring(services, "u1", "a")
    await bring(services, "u2", "b")
    id_ = await one_id(ask, "u1")
    async with socket(place, frontend) as one, socket(other_place, frontend) as other:
        for client in (one, other):
            await client.subscribe(USER, id=id_)
            first = (await client.next())["userChanged"]
            assert (first["by"], first["user"]["oneId"]) == (None, id_)
        await bring(services, "u2", "c")  # nobody waits for this one
        await bring(services, "u1", "d", type="identify", traits={"name": "王建国"})
        for client in (one, other):
            update = (await client.next())["userChanged"]
            assert (update["by"], update["user"]["displayName"]) == ("ingest", "王建国")
        await one.send(id="1", type="complete")
        await bring(services, "u1", "e", event="Test Drive Completed")
        update = (await other.next())["userChanged"]
        assert update["user"]["touchpoints"]["edges"][0]["node"]["event"] == "Test Drive Completed"
        await one.subscribe("{ users { edges { cursor } } }")  # the id is free again; queries are taken, too
        assert len((await one.next())["users"]["edges"]) == 2
        assert await one.receive() == {"id": "1", "type": "complete"}


async def test_a_merge_is_told_to_who_waits_for_either(
    services: Services, place: str, ask: Ask, frontend: dict[str, str]
) -> None:
    for user in ("u1", "u2"):
        await bring(services, user, user)
    first, second = [await one_id(ask, user) for user in ("u1", "u2")]
    left, right = [await member(services, id_) for id_ in (first, second)]
    async with socket(place, frontend) as client:
        await client.subscribe(USER, id=second)
        assert (await client.next())["userChanged"]["user"]["oneId"] == second
        await services.judgements.judge(Same(left, right), by="k", why="one")
        update = (await client.next())["userChanged"]
        assert (update["by"], update["user"]["oneId"]) == ("judgement", first)
        assert len(update["user"]["profiles"]) == 2


async def test_an_erased_person_ends_the_subscription(
    services: Services, place: str, ask: Ask, frontend: dict[str, str]
) -> None:
    await bring(services, "u1", "a")
    id_ = await one_id(ask, "u1")
    erase = 'mutation ($id: ID!) { eraseUser(input: {oneId: $id, why: "asked"}) { __typename } }'
    async with socket(place, frontend) as client:
        await client.subscribe(USER, id=id_)
        await client.next()
        assert (await ask(erase, {"id": id_}))["eraseUser"]["__typename"] == "EraseSuccess"
        update = (await client.next())["userChanged"]
        assert (update["by"], update["user"]) == ("erasure", None)
        assert await client.receive() == {"id": "1", "type": "complete"}
        await client.subscribe(USER, id=id_)
        refused = await client.receive()
        assert refused["payload"]["errors"][0]["extensions"]["code"] == "not_found"


async def test_what_came_meanwhile_is_told_from_a_cursor(
    services: Services, place: str, other_place: str, ask: Ask, frontend: dict[str, str]
) -> None:
    await bring(services, "u1", "a")
    id_ = await one_id(ask, "u1")
    async with aclosing(events(place, frontend, USER, id=id_)) as stream:
        name, first = await anext(stream)
        assert name == "next"
        await bring(services, "u1", "b", event="Test Drive Completed")
        _, data = await anext(stream)
        update = data["data"]["userChanged"]
        assert update["user"]["touchpoints"]["edges"][0]["node"]["event"] == "Test Drive Completed"
    await bring(services, "u1", "c", event="Order Placed")
    await bring(services, "u2", "d")
    for cursor in (first["data"]["userChanged"]["cursor"], update["cursor"]):
        async with aclosing(events(other_place, frontend, USER, id=id_, after=cursor)) as stream:
            _, data = await anext(stream)
            edges = data["data"]["userChanged"]["user"]["touchpoints"]["edges"]
            assert edges == [{"node": {"event": "Order Placed"}}]


async def test_every_merge_is_told_once_in_order_from_any_cursor(
    services: Services, place: str, frontend: dict[str, str], ask: Ask
) -> None:
    for number in range(6):
        await bring(services, f"u{number}", f"m{number}")
    records = [await member(services, await one_id(ask, f"u{number}")) for number in range(6)]
    for left, right in itertools.pairwise(records):
        await services.judgements.judge(Same(left, right), by="k", why="one")
    page = (await ask("{ identityChanges { edges { cursor node { other } } } }"))["identityChanges"]
    expected = [edge["node"]["other"] for edge in page["edges"]]
    assert len(expected) == 5
    async with socket(place, frontend) as client:
        for start, edge in enumerate(page["edges"][:-1], start=1):
            await client.subscribe(CHANGES, operation=str(start), after=edge["cursor"])
            told = [(await client.next())["identityChanged"]["node"]["other"] for _ in expected[start:]]
            assert told == expected[start:]
            await client.send(id=str(start), type="complete")


async def test_the_queue_is_for_those_who_judge(
    services: Services, place: str, ask: Ask, frontend: dict[str, str]
) -> None:
    query = "subscription { stewardQueueChanged { cursor at ambiguities { edges { cursor } } } }"
    async with socket(place, frontend) as client:
        await client.subscribe(query)
        refused = await client.receive()
        assert refused["payload"]["errors"][0]["extensions"]["code"] == "forbidden"
    for user in ("u1", "u2"):
        await bring(services, user, user)
    left, right = [await member(services, await one_id(ask, user)) for user in ("u1", "u2")]
    async with socket(place, await headers_of(services, Role.STEWARD)) as client:
        await client.subscribe(query)
        assert (await client.next())["stewardQueueChanged"]["at"] is None
        await services.judgements.judge(Same(left, right), by="k", why="one")
        update = (await client.next())["stewardQueueChanged"]
        assert update["ambiguities"] == {"edges": []}
        assert update["at"] is not None
