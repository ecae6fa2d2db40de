"""The ten requests of docs/graphql.md, asked as they stand there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.wiring import Services
from graph.clock import system_clock, to_datetime
from tests.api.conftest import message
from tests.api.gql.subscription.conftest import events
from tests.api.server import listening

PAGE = Path(__file__).parents[3] / "docs" / "graphql.md"
SECTION = re.search(
    r"^## Ten requests of a frontend$(.*?)^## ", PAGE.read_text(encoding="utf-8"), re.M | re.S
)
assert SECTION
REQUESTS = {
    re.findall(r"^\w+ (\w+)", text)[0]: text
    for text in re.findall(r"^```graphql\n(.*?)^```$", SECTION[1], re.M | re.S)
}


@dataclass
class Seeded:
    """A server, two people of one phone, and one of them in two sources."""

    place: str
    headers: dict[str, str]
    variables: dict[str, Any]

    async def ask(self, name: str, **more: Any) -> Any:
        async with httpx.AsyncClient(base_url=f"http://{self.place}", headers=self.headers) as client:
            body = {"query": REQUESTS[name], "variables": self.variables | more}
            answer = (await client.post("/graphql", json=body)).json()
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture
async def seeded(services: Services, admin: dict[str, str]) -> AsyncIterator[Seeded]:
    def known(user: str, name: str, phone: str, **traits: str) -> dict[str, Any]:
        return {
            "type": "identify",
            "userId": user,
            "messageId": f"{user}-known",
            "traits": {"name": name, "phone": phone, **traits},
        }

    sent = [
        known("a", "王建国", "13812345678", email="wjg@example.com"),
        known("b", "李小红", "13912345678", email="lxh@example.com"),
    ]
    sent += [
        {
            "type": "track",
            "userId": "a",
            "event": "Enquiry Submitted",
            "messageId": f"a-{day}",
            "timestamp": f"2026-01-0{day}T08:00:00Z",
            "properties": {"model": "ET5"},
        }
        for day in (1, 2, 3)
    ]
    await services.writer.write([message(event) for event in sent])
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (u:User)<-[:RESOLVED_TO]-(p:Profile) RETURN u.oneId AS id ORDER BY p.seq"
    )
    one, other = (row["id"] for row in rows)
    now = to_datetime(system_clock()).isoformat()
    variables = {
        "id": one,
        "other": other,
        "phone": "138 1234 5678",
        "at": now,
        "key": "apart",
        "after": None,
    }
    async with listening(create_app(services, follow=False)) as place:
        yield Seeded(place, admin, variables)


def test_there_are_ten() -> None:
    assert len(REQUESTS) == 10


async def test_a_customer_calls(seeded: Seeded) -> None:
    found = (await seeded.ask("Caller"))["userByIdentifier"]
    assert (found["oneId"], found["displayName"]) == (seeded.variables["id"], "王建国")


async def test_everything_at_a_glance(seeded: Seeded) -> None:
    user = (await seeded.ask("Glance"))["user"]
    assert user["profiles"] == [{"source": "web", "recordId": "a"}]
    assert {i["namespace"] for i in user["identifiers"]} == {"userId", "phone", "email"}
    assert len(user["latest"]["edges"]) == 3


async def test_scroll_on(seeded: Seeded) -> None:
    first = (await seeded.ask("History"))["user"]["touchpoints"]
    second = (await seeded.ask("History", after=first["pageInfo"]["endCursor"]))["user"]["touchpoints"]
    days = [edge["node"]["occurredAt"][:10] for page in (first, second) for edge in page["edges"]]
    assert days == ["2026-01-03", "2026-01-02", "2026-01-01"]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert {edge["node"]["model"] for edge in first["edges"]} == {"ET5"}


async def test_a_list_of_people(seeded: Seeded) -> None:
    edges = (await seeded.ask("People"))["users"]["edges"]
    assert {e["node"]["displayName"]: len(e["node"]["touchpoints"]["edges"]) for e in edges} == {
        "王建国": 1,
        "李小红": 0,
    }


async def test_who_uses_this_number(seeded: Seeded) -> None:
    [holder] = (await seeded.ask("Holders"))["usersByIdentifier"]["holders"]
    assert holder["user"]["oneId"] == seeded.variables["id"]


async def test_where_a_value_comes_from(seeded: Seeded) -> None:
    golden = {g["field"]: g for g in (await seeded.ask("Golden"))["user"]["golden"]}
    assert golden["phone"]["value"] == "+8613812345678"
    assert golden["name"]["provenance"]["source"] == "web"


async def test_why_these_are_one_person(seeded: Seeded) -> None:
    how = (await seeded.ask("Steps"))["how"]
    assert re.search(r"[\u4e00-\u9fff]", how["sentence"])


async def test_what_was_on_the_screen(seeded: Seeded) -> None:
    user = (await seeded.ask("Then"))["user"]
    assert user["oneId"] == seeded.variables["id"]
    assert user["profiles"] == [{"source": "web", "recordId": "a"}]


async def test_these_two_are_different(seeded: Seeded) -> None:
    first = (await seeded.ask("Apart"))["confirmDifferent"]
    again = (await seeded.ask("Apart"))["confirmDifferent"]
    assert (first["__typename"], first["repeated"], again["repeated"]) == ("JudgementRecorded", False, True)
    assert again["judgement"] == first["judgement"]
    wrong = (await seeded.ask("Apart", other="nobody", key="another"))["confirmDifferent"]
    assert wrong["__typename"] == "UserNotFound"
    assert wrong["remedy"]


async def test_keep_the_page_current(seeded: Seeded) -> None:
    """What came between two connections is told to the second."""
    async for _, first in events(seeded.place, seeded.headers, REQUESTS["Watch"], id=seeded.variables["id"]):
        cursor = first["data"]["userChanged"]["cursor"]
        break
    await seeded.ask("Apart")
    watched = {"id": seeded.variables["id"], "after": cursor}
    async for _, missed in events(seeded.place, seeded.headers, REQUESTS["Watch"], **watched):
        assert missed["data"]["userChanged"]["by"] == "judgement"
        break
