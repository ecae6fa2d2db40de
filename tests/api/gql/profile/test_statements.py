"""A request costs a constant number of statements, whatever it selects and however much there is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from api.wiring import Services, compose
from graph.access.roles import Role
from graph.clock import system_clock, to_datetime
from graph.db.connect import connect
from graph.db.database import Database
from graph.db.shelf import Shelf, Statement, shelf
from graph.runtime import Endpoint
from tests.api.conftest import headers_of, message, serving

EVERYTHING = """
fragment Everything on User {
  id oneId displayName firstSeenAt lastSeenAt profiles { id source recordId }
  identifiers { namespace scope value trusted } vehicles { id vin model role }
  touchpoints(first: 50) { edges { cursor node { __typename id occurredAt event channel } } pageInfo { endCursor } }
  asOf golden { field value profiles provenance { source profile { recordId } at rule } alternatives { value } }
  enquiries: touchpoints(filter: {kinds: ["enquiry"]}) { edges { node { id } } }
}
"""


class CountingShelf(Shelf):
    """The shelf, noting which statements are taken from it."""

    def __init__(self) -> None:
        super().__init__(shelf())
        self.taken: list[str] = []

    def __getitem__(self, name: str) -> Statement:
        self.taken.append(name)
        return super().__getitem__(name)


@pytest.fixture
async def counting(
    services: Services, endpoint: Endpoint
) -> AsyncIterator[tuple[httpx.AsyncClient, CountingShelf]]:
    """A client of an application whose statements are counted."""
    driver = await connect(endpoint)
    statements = CountingShelf()
    database = Database(driver, name=endpoint.database, statements=statements)
    counted = compose(services.settings, database, keyring=services.keyring, rules=services.rules)
    async with serving(replace(counted, access=services.access)) as client:
        yield client, statements
    await driver.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('{ user(oneId: "%s") { ...Everything } }', ["profile.read_users"]),
        (
            '{ userByIdentifier(namespace: "email", value: "u0@example.com") { ...Everything } }',
            ["profile.find_holders", "profile.read_users"],
        ),
        (
            '{ userByIdentifier(namespace: "userId", value: "web/u0") { ...Everything } }',
            ["profile.list_sources", "profile.find_holders", "profile.read_users"],
        ),
        (
            '{ user(oneId: "%s", asOf: "{now}") { ...Everything } }',
            ["profile.read_snapshots"],
        ),
        (
            '{ userByIdentifier(namespace: "email", value: "u0@example.com", asOf: "{now}") { ...Everything } }',
            ["profile.find_holders_as_of", "profile.read_snapshots"],
        ),
        (
            '{ usersByIdentifier(namespace: "email", value: "u0@example.com") '
            "{ hasMore holders { role profile { source } user { ...Everything } } } }",
            ["profile.list_holders", "profile.read_users"],
        ),
        (
            "{ users(first: 20) { edges { node { ...Everything } } } }",
            ["profile.list_users", "profile.read_users"],
        ),
    ],
)
async def test_statements_of_a_request(
    services: Services, counting: tuple[httpx.AsyncClient, CountingShelf], query: str, expected: list[str]
) -> None:
    client, statements = counting
    headers = await headers_of(services, Role.ADMIN)
    counts: list[int] = []
    for people, each in ((1, 1), (12, 40)):
        events = [
            {
                "type": "identify",
                "userId": f"u{n}",
                "traits": {"email": f"u{n}@example.com"},
                "messageId": f"i{n}",
            }
            for n in range(people)
        ]
        events += [
            {"type": "track", "userId": f"u{n}", "event": "Enquiry Submitted", "messageId": f"t{n}-{m}"}
            for n in range(people)
            for m in range(each)
        ]
        await services.writer.write([message(event) for event in events])
        [one_id, *_] = [
            row["id"]
            for row in await services.database.run_schema(
                "CYPHER 5 MATCH (u:User) RETURN u.oneId AS id ORDER BY id"
            )
        ]
        statements.taken.clear()
        now = to_datetime(system_clock()).isoformat()
        text = query.replace("%s", one_id).replace("{now}", now)
        asked = {"query": text + EVERYTHING}
        answer = await client.post("/graphql", json=asked, headers=headers)
        assert "errors" not in answer.json(), answer.text
        assert statements.taken == expected
        counts.append(answer.text.count('"EnquirySubmitted"'))
    assert counts[1] > counts[0] > 0
