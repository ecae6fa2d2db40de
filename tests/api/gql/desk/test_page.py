"""The requests of docs/desks.md, asked as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from api.wiring import Services
from tests.api.conftest import Ask, message

PAGE = Path(__file__).parents[4] / "docs" / "desks.md"
REQUESTS = {
    re.findall(r"^(?:query|subscription) (\w+)", text)[0]: text
    for text in re.findall(r"^```graphql\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
}


@pytest.fixture
async def person(services: Services) -> str:
    """Somebody who drove a car in January and is to be called in March."""

    def track(event: str, at: str, **properties: str) -> dict[str, Any]:
        told = {"dealer": "d-1", "consultant": "c-7", "campaign": "spring"} | properties
        base = {"type": "track", "userId": "a", "event": event, "messageId": event, "timestamp": at}
        return base | {"properties": told}

    known = {"type": "identify", "userId": "a", "messageId": "i", "traits": {"name": "王建国"}}
    sent = [
        known,
        track("Test Drive Completed", "2026-01-05T08:00:00Z", channel="store"),
        track("Follow-Up Planned", "2026-01-06T08:00:00Z", dueAt="2026-03-02T02:00:00Z", topic="price"),
    ]
    await services.writer.write([message(event) for event in sent])
    rows = await services.database.run_schema("CYPHER 5 MATCH (u:User) RETURN u.oneId AS id")
    return rows[0]["id"]


def test_there_are_six() -> None:  # `Watch` is asked in tests/api/gql/subscription/test_desks.py
    assert set(REQUESTS) == {"Morning", "Lost", "Mine", "Watch", "Dealers", "Spring"}


async def test_what_is_due_today(ask: Ask, person: str) -> None:
    desk = (await ask(REQUESTS["Morning"]))["dealerDesk"]
    assert desk["until"] == "2026-03-02T16:00:00.000Z"
    assert [row["step"] for row in desk["pipeline"] if row["people"]] == ["testDriven"]
    [edge] = desk["followUps"]["edges"]
    assert edge["node"] == {
        "dueAt": "2026-03-02T02:00:00.000Z",
        "plan": {"kind": "followUpPlan", "consultant": "c-7", "topic": "price"},
        "user": {"oneId": person, "displayName": "王建国"},
    }


async def test_who_is_lost_but_alive(ask: Ask, person: str) -> None:
    [edge] = (await ask(REQUESTS["Lost"]))["dealerDesk"]["people"]["edges"]
    assert edge["node"]["relation"] == {"lastAt": "2026-01-05T08:00:00.000Z", "consultant": "c-7"}
    assert edge["node"]["user"]["oneId"] == person


async def test_a_consultants_morning(ask: Ask, person: str) -> None:
    desk = (await ask(REQUESTS["Mine"]))["consultantDesk"]
    assert [edge["node"]["user"]["displayName"] for edge in desk["followUps"]["edges"]] == ["王建国"]


async def test_the_dealers_of_a_person(ask: Ask, person: str) -> None:
    user = (await ask(REQUESTS["Dealers"], {"id": person}))["user"]
    assert user["dealers"] == [
        {
            "dealer": "d-1",
            "since": "2026-01-05T08:00:00.000Z",
            "lastAt": "2026-01-05T08:00:00.000Z",
            "step": "testDriven",
            "consultant": "c-7",
        }
    ]


async def test_whom_a_campaign_reached(ask: Ask, person: str) -> None:
    reach = (await ask(REQUESTS["Spring"]))["campaign"]
    assert (reach["touchpoints"], reach["people"], reach["complete"]) == (2, 1, True)
    assert [edge["node"]["user"]["oneId"] for edge in reach["recent"]["edges"]] == [person]
