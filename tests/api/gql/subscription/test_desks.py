"""Desks that are watched: told of what their dealer is told, and of nothing that another is."""

from __future__ import annotations

from typing import Any

from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import headers_of
from tests.api.gql.desk.test_page import REQUESTS
from tests.api.gql.subscription.conftest import socket
from tests.api.gql.subscription.test_changes import bring

DEALER = """subscription ($dealer: ID, $after: String) { update: dealerDeskChanged(dealer: $dealer, after: $after) {
    cursor at hasMore people { oneId relation { dealer step consultant } user { oneId } }
    desk { dealer pipeline { step people } } } }"""
CONSULTANT = """subscription ($consultant: ID!) { update: consultantDeskChanged(consultant: $consultant) {
    at people { relation { dealer step } } desk { consultant } } }"""


def at_step(update: dict[str, Any], step: str) -> int:
    """How many people the desk's pipeline has at a step."""
    return next(count["people"] for count in update["desk"]["pipeline"] if count["step"] == step)


async def told(services: Services, user: str, message_id: str, dealer: str, **properties: Any) -> None:
    """An enquiry at a dealer."""
    await bring(services, user, message_id, properties={"dealer": dealer, **properties})


async def test_a_desk_is_told_what_its_dealer_is_told(
    services: Services, place: str, other_place: str, frontend: dict[str, str]
) -> None:
    await told(services, "u1", "a", "d-1")
    async with socket(place, frontend) as client:
        await client.subscribe(DEALER, dealer="d-1")
        first = (await client.next())["update"]
        assert (first["at"], first["people"], first["desk"]["dealer"]) == (None, [], "d-1")
        assert at_step(first, "enquired") == 1
        await told(services, "u1", "b", "d-2")  # nobody waits for this one
        await told(services, "u2", "c", "d-1", consultant="c-1")
        second = (await client.next())["update"]
        assert [(p["relation"]["dealer"], p["relation"]["consultant"]) for p in second["people"]] == [
            ("d-1", "c-1")
        ]
        assert second["people"][0]["user"]["oneId"] == second["people"][0]["oneId"]
        assert (at_step(second, "enquired"), second["hasMore"]) == (2, False)
        assert second["at"] is not None
    await told(services, "u3", "d", "d-1")
    await told(services, "u4", "e", "d-2")
    async with socket(other_place, frontend) as client:
        await client.subscribe(DEALER, dealer="d-1", after=second["cursor"])
        third = (await client.next())["update"]
        assert (len(third["people"]), at_step(third, "enquired")) == (1, 3)


async def test_a_dealer_is_told_nothing_of_another(services: Services, place: str) -> None:
    own = await headers_of(services, Role.DEALER, dealer="d-1")
    await told(services, "u1", "a", "d-1")
    async with socket(place, own) as client:
        await client.subscribe(DEALER)
        assert (await client.next())["update"]["people"] == []
        await told(services, "u1", "b", "d-2", consultant="c-2")
        await bring(services, "u1", "c", event="Content Viewed")
        await told(services, "u1", "d", "d-1", consultant="c-1")
        update = (await client.next())["update"]
        assert [p["relation"] for p in update["people"]] == [
            {"dealer": "d-1", "step": "enquired", "consultant": "c-1"}
        ]
        await client.subscribe(DEALER, operation="2", dealer="d-2")
        refused = await client.receive()
        assert refused["type"] == "next", refused
        assert refused["payload"]["errors"][0]["extensions"]["code"] == "forbidden"


async def test_a_consultant_is_told_of_their_people(
    services: Services, place: str, frontend: dict[str, str]
) -> None:
    async with socket(place, frontend) as client:
        await client.subscribe(CONSULTANT, consultant="c-1")
        assert (await client.next())["update"] == {
            "at": None,
            "people": [],
            "desk": {"consultant": "c-1"},
        }
        await told(services, "u1", "a", "d-1", consultant="c-2")
        await told(services, "u2", "b", "d-2", consultant="c-1")
        update = (await client.next())["update"]
        assert [p["relation"] for p in update["people"]] == [{"dealer": "d-2", "step": "enquired"}]


async def test_what_the_page_says(services: Services, place: str, frontend: dict[str, str]) -> None:
    async with socket(place, frontend) as client:
        await client.subscribe(REQUESTS["Watch"])
        assert (await client.next())["dealerDeskChanged"]["people"] == []
        await told(services, "u1", "a", "d-17")
        update = (await client.next())["dealerDeskChanged"]
        assert (len(update["people"]), update["hasMore"]) == (1, False)
