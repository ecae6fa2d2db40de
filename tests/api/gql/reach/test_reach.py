"""Reach by GraphQL over a real graph: made-up worlds against a plain reading of all that was told."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any, Final

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from graph.ingest.sources import SourceDeclaration
from graph.profile.rows import Want
from tests.api.conftest import Ask, headers_of, message
from tests.api.gql.profile.test_statements import CountingShelf, counting

__all__ = ["counting"]

FIELDS: Final = """
fragment F on Reach {
  id touchpoints people firstAt lastAt complete byKind { kind touchpoints } byChannel { channel touchpoints }
  recent(first: 2, after: $after) {
    edges { node { oneId at kind channel user { oneId } } } pageInfo { hasNextPage endCursor }
  }
}
"""
GIVEN: Final = "$id: ID!, $since: DateTime, $until: DateTime, $after: String"
CAMPAIGN: Final = (
    f"query ({GIVEN}) {{ reach: campaign(id: $id, since: $since, until: $until) {{ ...F }} }} {FIELDS}"
)
CONTENT: Final = (
    f"query ({GIVEN}) {{ reach: content(id: $id, since: $since, until: $until) {{ ...F }} }} {FIELDS}"
)
KINDS: Final = {"Content Viewed": "contentView", "Enquiry Submitted": "enquiry"}
SOURCES: Final = tuple(
    SourceDeclaration.model_validate({"name": name, "grades": {"phone": "trusted"}})
    for name in ("web", "app")
)


def made_up(random_: random.Random, count: int) -> list[dict[str, Any]]:
    """Contacts of people with two records each; no two at one time, so that the order is known."""
    return [
        {
            "person": random_.randrange(6),
            "source": random_.randrange(2),
            "event": random_.choice(list(KINDS)),
            "minute": minute,
            "channel": random_.choice(("wechat", "store")),
            "campaign": random_.choice(("spring", "autumn", None)),
            "content": random_.choice(("film", None)),
        }
        for minute in random_.sample(range(60), count)
    ]


def stamp(minute: int) -> str:
    return f"2026-03-01T08:{minute:02}:00.000Z"


async def write(services: Services, world: list[dict[str, Any]]) -> dict[int, str]:
    """The contacts as they arrive; answers the people's oneIds."""
    found = []
    for number, it in enumerate(world):
        user = {"userId": f"u-{it['person']}", "timestamp": stamp(it["minute"])}
        source = SOURCES[it["source"]]
        traits = {"phone": f"1381234500{it['person']}"}
        found.append(
            message(
                {"type": "identify", "messageId": f"i{number}-{it['campaign']}", "traits": traits} | user,
                source=source,
            )
        )
        properties = {name: it[name] for name in ("channel", "campaign", "content") if it[name]}
        track = {
            "type": "track",
            "event": it["event"],
            "messageId": f"t{number}-{it['campaign']}",
            "properties": properties,
        }
        found.append(message(track | user, source=source))
    await services.writer.write(found)
    rows = (await services.people.users(first=99, after="", want=Want(record_ids=True)))[0]
    return {int(view.profiles[0].record_id[-1]): view.one_id for view in rows if view.profiles[0].record_id}


@pytest.mark.parametrize("seed", range(3))
async def test_reach_is_what_a_plain_reading_says(services: Services, ask: Ask, seed: int) -> None:
    random_ = random.Random(seed)
    world = made_up(random_, 40)
    ids = await write(services, world)
    for query, name, id_, since, until in (
        (CAMPAIGN, "campaign", "spring", None, None),
        (CAMPAIGN, "campaign", "autumn", 20, 50),
        (CONTENT, "content", "film", None, 30),
    ):
        found = [
            it for it in world if it[name] == id_ and (since or 0) <= it["minute"] < (until if until else 99)
        ]
        given = {"id": id_, "since": since and stamp(since), "until": until and stamp(until)}
        told, people, after = None, [], None
        while told is None or after is not None:
            page = (await ask(query, given | {"after": after}))["reach"]
            told = told or page
            people += [edge["node"] for edge in page["recent"]["edges"]]
            info = page["recent"]["pageInfo"]
            after = info["endCursor"] if info["hasNextPage"] else None
        minutes = [it["minute"] for it in found]
        assert (told["id"], told["complete"]) == (id_, True)
        assert (told["touchpoints"], told["people"]) == (len(found), len({it["person"] for it in found}))
        assert (told["firstAt"], told["lastAt"]) == (stamp(min(minutes)), stamp(max(minutes)))
        assert {row["kind"]: row["touchpoints"] for row in told["byKind"]} == Counter(
            KINDS[it["event"]] for it in found
        )
        assert {row["channel"]: row["touchpoints"] for row in told["byChannel"]} == Counter(
            it["channel"] for it in found
        )
        newest: dict[int, dict[str, Any]] = {}
        for it in sorted(found, key=lambda it: it["minute"]):
            newest[it["person"]] = it
        expected = sorted(newest.values(), key=lambda it: -it["minute"])
        assert people == [
            {
                "oneId": ids[it["person"]],
                "at": stamp(it["minute"]),
                "kind": KINDS[it["event"]],
                "channel": it["channel"],
                "user": {"oneId": ids[it["person"]]},
            }
            for it in expected
        ]


async def test_what_no_event_named_is_not_there(services: Services, ask: Ask) -> None:
    await write(services, made_up(random.Random(1), 5))
    assert (await ask(CAMPAIGN, {"id": "winter"}))["reach"] is None
    assert (await ask(CONTENT, {"id": "spring"}))["reach"] is None
    [contact] = [it for it in made_up(random.Random(2), 9) if it["campaign"]][:1]
    await write(services, [contact | {"campaign": "summer"}])
    empty = (await ask(CAMPAIGN, {"id": "summer", "since": "2027-01-01T00:00:00Z"}))["reach"]
    assert (empty["touchpoints"], empty["people"], empty["firstAt"]) == (0, 0, None)
    assert (empty["byKind"], empty["recent"]["edges"], empty["complete"]) == ([], [], True)


async def test_it_is_not_for_dealers_and_takes_its_own_cursors(
    services: Services, client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    await write(services, [it | {"campaign": "spring"} for it in made_up(random.Random(1), 3)])
    dealer = await headers_of(services, Role.DEALER, dealer="d-1")
    for headers, after, code in ((dealer, None, "forbidden"), (admin, "bm9uZQ", "bad_input")):
        body = {"query": CAMPAIGN, "variables": {"id": "spring", "after": after}}
        answer = (await client.post("/graphql", json=body, headers=headers)).json()
        assert answer["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize("size", [3, 40])
async def test_reach_costs_two_statements_and_one_for_all_users(
    services: Services, counting: tuple[httpx.AsyncClient, CountingShelf], admin: dict[str, str], size: int
) -> None:
    client, statements = counting
    await write(
        services, [it | {"campaign": "spring", "content": "film"} for it in made_up(random.Random(3), size)]
    )
    for query, id_, listing in (
        (CAMPAIGN, "spring", "reach.list_campaign_people"),
        (CONTENT, "film", "reach.list_content_people"),
    ):
        statements.taken.clear()
        answer = await client.post("/graphql", json={"query": query, "variables": {"id": id_}}, headers=admin)
        assert answer.json()["data"]["reach"]["touchpoints"] == size
        assert statements.taken == ["reach.count_touchpoints", listing, "profile.read_users"]
