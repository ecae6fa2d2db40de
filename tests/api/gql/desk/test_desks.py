"""Desks by GraphQL over a real graph: made-up worlds against a plain reading of all that was told."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from graph.ingest.sources import SourceDeclaration
from tests.api.conftest import Ask, headers_of, message, serving
from tests.api.gql.profile.test_statements import CountingShelf, counting

__all__ = ["counting"]

FIELDS: Final = """
fragment R on DealerRelation { dealer since lastAt step consultant }
fragment D on Desk {
  dealer consultant until pipeline { step people }
  followUps(first: 2, after: $due) {
    edges { node { oneId relation { ...R } dueAt plan { kind occurredAt } user { oneId } } }
    pageInfo { hasNextPage endCursor }
  }
  people(first: 2, after: $quiet, step: $step, quietSince: $since) {
    edges { node { oneId relation { ...R } user { oneId } } } pageInfo { hasNextPage endCursor }
  }
}
"""
GIVEN: Final = "$due: String, $quiet: String, $step: PipelineStep, $since: DateTime"
DEALER: Final = (
    f'query ($id: ID, {GIVEN}) {{ desk: dealerDesk(dealer: $id, day: "2026-02-20") {{ ...D }} }} {FIELDS}'
)
CONSULTANT: Final = (
    f"query ($id: ID!, {GIVEN}) "
    f'{{ desk: consultantDesk(consultant: $id, day: "2026-02-20") {{ ...D }} }} {FIELDS}'
)
USERS: Final = """{ users(first: 100) { edges { node {
  oneId profiles { recordId } dealers { dealer since lastAt step consultant } } } } }"""

STEPS: Final = ("known", "enquired", "visited", "testDriven", "ordered", "delivered")
STEP_OF: Final = {
    "Enquiry Submitted": 1, "Store Visited": 2, "Test Drive Completed": 3, "Order Placed": 4, "Vehicle Delivered": 5,
}  # fmt: skip
CLOSING: Final = ("Store Visited", "Test Drive Completed", "Follow-Up Completed")
PLANNING: Final = {
    "Follow-Up Planned": ("followUpPlan", CLOSING),
    "Test Drive Booked": ("testDriveBooking", (*CLOSING, "Test Drive Cancelled")),
}
EVENTS: Final = (*STEP_OF, *PLANNING, "Follow-Up Planned", "Follow-Up Completed", "Test Drive Cancelled")
DEALERS: Final = ("d-1", "d-2")
SOURCES: Final = {
    name: SourceDeclaration.model_validate({"name": name, "grades": {"phone": "trusted"}, "dealer": dealer})
    for name, dealer in (("web", None), ("app", None), ("dms-1", "d-1"), ("dms-2", "d-2"))
}


class Told(NamedTuple):
    """One event: of whom, in which source, what, when, with whom, and when it is due (days of February 2026)."""

    person: int
    source: str
    event: str
    day: int
    dealer: str
    consultant: str | None
    due: int


def made_up(random_: random.Random, count: int) -> list[Told]:
    """People of two or three records, who come to two dealers."""
    world: list[Told] = []
    for _ in range(count):
        source = random_.choice(list(SOURCES))
        world.append(
            Told(
                random_.randrange(7),
                source,
                random_.choice(EVENTS),
                random_.randint(1, 18),
                random_.choice((SOURCES[source].dealer or "d-1", *DEALERS)),
                random_.choice((None, "c-1", "c-2")),
                random_.randint(10, 28),
            )
        )
    return world


async def write(services: Services, world: Sequence[Told]) -> None:
    """The events as they arrive; one phone makes the records of a person one."""
    found = []
    for number, it in enumerate(world):
        base = {
            "userId": f"{it.source}-{it.person}",
            "messageId": f"m{number}",
            "timestamp": stamp(it.day)[:-5] + "Z",
        }
        traits = {"phone": f"1381234500{it.person}"}
        found.append(
            message(
                {"type": "identify", **base, "messageId": f"i{number}", "traits": traits},
                source=SOURCES[it.source],
            )
        )
        properties: dict[str, Any] = {"dealer": it.dealer}
        if it.consultant:
            properties["consultant"] = it.consultant
        if it.event == "Follow-Up Planned":
            properties["dueAt"] = stamp(it.due)
        if it.event == "Test Drive Booked":
            properties["appointmentAt"] = stamp(it.due)
        found.append(
            message(
                {"type": "track", **base, "event": it.event, "properties": properties},
                source=SOURCES[it.source],
            )
        )
    await services.writer.write(found)


def stamp(day: int) -> str:
    return f"2026-02-{day:02}T08:00:00.000Z"


class Expected:
    """What is to be told of a world to the brand, or to one dealer, who does not see another's records."""

    def __init__(self, world: Sequence[Told], ids: dict[int, str], caller: str | None) -> None:
        seen = [it for it in world if caller is None or SOURCES[it.source].dealer in (None, caller)]
        self._ids = ids
        self._met: dict[tuple[int, str], list[Told]] = defaultdict(list)
        for it in seen:
            own = SOURCES[it.source].dealer
            if own:  # its records name it, whomever an event names
                self._met[(it.person, own)].append(it._replace(event="identify", dealer=own, consultant=None))
            self._met[(it.person, it.dealer)].append(it)

    def relation(self, person: int, dealer: str) -> dict[str, Any]:
        met = self._met[(person, dealer)]
        contacts = [it.day for it in met if it.event not in ("Follow-Up Planned", "identify")]
        named = sorted((it.day, it.consultant) for it in met if it.consultant)
        return {
            "dealer": dealer,
            "since": stamp(min(it.day for it in met)),
            "lastAt": stamp(max(contacts)) if contacts else None,
            "step": STEPS[max(STEP_OF.get(it.event, 0) for it in met)],
            "consultant": named[-1][1] if named else None,
        }

    def dealers(self, person: int) -> list[str]:
        return sorted(dealer for who, dealer in self._met if who == person)

    def of_dealer(self, dealer: str) -> dict[int, str]:
        return {person: dealer for person, known in self._met if known == dealer}

    def of_consultant(self, consultant: str, among: Sequence[str]) -> dict[int, str]:
        found: dict[int, tuple[int, str]] = {}
        for (person, dealer), met in self._met.items():
            if dealer in among and self.relation(person, dealer)["consultant"] == consultant:
                at = max(it.day for it in met if it.consultant)
                found[person] = max(found.get(person, (0, "")), (at, dealer))
        return {person: dealer for person, (_, dealer) in found.items()}

    def pipeline(self, desk: dict[int, str]) -> list[dict[str, Any]]:
        reached = [self.relation(person, dealer)["step"] for person, dealer in desk.items()]
        return [{"step": step, "people": reached.count(step)} for step in STEPS]

    def due(self, desk: dict[int, str]) -> list[tuple[str, str, str, dict[str, Any], str]]:
        found = []
        for person, dealer in desk.items():
            met = self._met[(person, dealer)]
            for planning, (kind, closing) in PLANNING.items():
                made, due = max(((it.day, it.due) for it in met if it.event == planning), default=(0, 99))
                closed = any(it.day > made for it in met if it.event in closing)
                if due <= 20 and not closed:
                    relation = self.relation(person, dealer)
                    found.append((stamp(due), self._ids[person], kind, relation, stamp(made)))
        return sorted(found, key=lambda it: it[:3])

    def people(
        self, desk: dict[int, str], step: str | None, since: str
    ) -> list[tuple[str, str, dict[str, Any]]]:
        found = []
        for person, dealer in desk.items():
            relation = self.relation(person, dealer)
            quiet = relation["lastAt"] or relation["since"]
            if quiet < since and step in (None, relation["step"]):
                found.append((quiet, self._ids[person], relation))
        return sorted(found, key=lambda it: it[:2])


async def all_of(
    ask: Ask, query: str, headers: dict[str, str], **given: Any
) -> tuple[Any, list[Any], list[Any]]:
    """The desk as it is told first, and all rows of its two lists, page by page."""
    desk: dict[str, Any] = {}
    rows: dict[str, list[Any]] = {"followUps": [], "people": []}
    for name, cursor in (("followUps", "due"), ("people", "quiet")):
        after = None
        while True:
            told = (await ask(query, {**given, cursor: after}, headers=headers))["desk"]
            desk = desk or told
            assert len(told[name]["edges"]) <= 2
            rows[name] += [edge["node"] for edge in told[name]["edges"]]
            after = told[name]["pageInfo"]["endCursor"]
            if not told[name]["pageInfo"]["hasNextPage"]:
                break
    return desk, rows["followUps"], rows["people"]


async def check(
    ask: Ask,
    query: str,
    headers: dict[str, str],
    expected: Expected,
    desk: dict[int, str],
    *,
    step: str | None,
    since: int,
    id_: str | None,
) -> None:
    told, due, people = await all_of(ask, query, headers, id=id_, step=step, since=stamp(since))
    assert told["until"] == "2026-02-20T16:00:00.000Z"
    assert told["pipeline"] == expected.pipeline(desk)
    assert [
        (it["dueAt"], it["oneId"], it["plan"]["kind"], it["relation"], it["plan"]["occurredAt"]) for it in due
    ] == expected.due(desk)
    assert [
        (it["relation"]["lastAt"] or it["relation"]["since"], it["oneId"], it["relation"]) for it in people
    ] == expected.people(desk, step, stamp(since))
    assert all(it["user"]["oneId"] == it["oneId"] for it in (*due, *people))


@pytest.mark.parametrize("seed", range(4))
async def test_a_desk_is_what_a_plain_reading_says(services: Services, seed: int) -> None:
    random_ = random.Random(seed)
    world = made_up(random_, 45)
    await services.sources.apply(tuple(SOURCES.values()))
    await write(services, world)
    async with serving(services) as client:

        async def ask(query: str, variables: Any = None, *, headers: dict[str, str]) -> dict[str, Any]:
            answer = (
                await client.post(
                    "/graphql", json={"query": query, "variables": variables or {}}, headers=headers
                )
            ).json()
            assert "errors" not in answer, answer
            return answer["data"]

        admin = await headers_of(services, Role.ADMIN)
        told = [edge["node"] for edge in (await ask(USERS, headers=admin))["users"]["edges"]]
        ids = {int(user["profiles"][0]["recordId"][-1]): user["oneId"] for user in told}
        assert ids.keys() == {it.person for it in world}
        for caller in (None, *DEALERS):
            expected = Expected(world, ids, caller)
            headers = await headers_of(services, Role.DEALER, dealer=caller) if caller else admin
            seen = {
                user["oneId"]: user["dealers"]
                for user in (edge["node"] for edge in (await ask(USERS, headers=headers))["users"]["edges"])
            }
            among = (caller,) if caller else DEALERS
            for person, one_id in ids.items():
                relations = [expected.relation(person, d) for d in expected.dealers(person) if d in among]
                assert seen.get(one_id, []) == relations
            step, since = random_.choice((None, *STEPS)), random_.randint(5, 25)
            for dealer in among:
                await check(
                    ask,
                    DEALER,
                    headers,
                    expected,
                    expected.of_dealer(dealer),
                    step=step,
                    since=since,
                    id_=None if caller else dealer,
                )
            for consultant in ("c-1", "c-2", "c-3"):
                desk = expected.of_consultant(consultant, among)
                await check(ask, CONSULTANT, headers, expected, desk, step=step, since=since, id_=consultant)


ONE: Final = [Told(0, "web", "Follow-Up Planned", 3, "d-1", "c-1", 12)]


async def test_a_merge_shows_one_person_and_a_split_two(
    services: Services, ask: Ask, admin: dict[str, str]
) -> None:
    """Nothing is moved by either: what a desk shows is derived."""
    world = [*ONE, Told(1, "app", "Store Visited", 4, "d-1", None, 0)]
    await write(services, world)
    people = [edge["node"] for edge in (await ask(USERS))["users"]["edges"]]
    a, b = (user["oneId"] for user in people)
    before = (await ask(DEALER, {"id": "d-1"}))["desk"]
    assert len(before["followUps"]["edges"]) == 1
    same = (
        "mutation ($a: ID!, $b: ID!) { confirmSame(input: {a: $a, b: $b}) "
        "{ ... on JudgementRecorded { judgement { id } } } }"
    )
    made = (await ask(same, {"a": a, "b": b}))["confirmSame"]
    merged = (await ask(DEALER, {"id": "d-1"}))["desk"]
    assert [row for row in merged["pipeline"] if row["people"]] == [{"step": "visited", "people": 1}]
    assert merged["followUps"]["edges"] == []  # the visit closed it
    undo = "mutation ($id: ID!) { retractJudgement(id: $id) { __typename } }"
    await ask(undo, {"id": made["judgement"]["id"]})
    assert (await ask(DEALER, {"id": "d-1"}))["desk"] == before


async def test_whose_desk_must_be_said(services: Services, client: httpx.AsyncClient) -> None:
    admin = await headers_of(services, Role.ADMIN)
    dealer = await headers_of(services, Role.DEALER, dealer="d-1")

    async def code(query: str, headers: dict[str, str]) -> str | None:
        body = (await client.post("/graphql", json={"query": query}, headers=headers)).json()
        return body["errors"][0]["extensions"]["code"] if "errors" in body else None

    assert await code("{ dealerDesk { dealer } }", admin) == "bad_input"
    assert await code('{ dealerDesk(dealer: "d-2") { dealer } }', dealer) == "forbidden"
    assert await code('{ dealerDesk(dealer: "d-1") { dealer } }', dealer) is None
    assert await code('{ dealerDesk(dealer: "d-1", timeZone: "Nowhere") { until } }', admin) == "bad_input"
    for field in ("people", "followUps"):
        text = (
            f'{{ dealerDesk(dealer: "d-1") {{ {field}(after: "bm9uZQ") {{ pageInfo {{ endCursor }} }} }} }}'
        )
        assert await code(text, admin) == "bad_input"


async def test_nobodys_desk_is_empty(ask: Ask) -> None:
    desk = (await ask(DEALER, {"id": "nobody"}))["desk"]
    assert (desk["dealer"], desk["people"]["edges"], desk["followUps"]["edges"]) == ("nobody", [], [])
    assert [row["people"] for row in desk["pipeline"]] == [0] * 6


@pytest.mark.parametrize("size", [1, 12])
async def test_a_desk_costs_three_statements_and_one_for_all_users(
    services: Services, counting: tuple[httpx.AsyncClient, CountingShelf], admin: dict[str, str], size: int
) -> None:
    client, statements = counting
    await write(
        services, [ONE[0]._replace(person=n % 10, source=("web", "app")[n // 10]) for n in range(size)]
    )
    for query in (DEALER, CONSULTANT):
        statements.taken.clear()
        id_ = "d-1" if query is DEALER else "c-1"
        answer = await client.post("/graphql", json={"query": query, "variables": {"id": id_}}, headers=admin)
        assert len(answer.json()["data"]["desk"]["people"]["edges"]) == min(size, 2)
        assert sorted(statements.taken) == [
            "desk.count_steps", "desk.list_follow_ups", "desk.list_people", "profile.read_users",
        ]  # fmt: skip
    statements.taken.clear()
    answer = await client.post("/graphql", json={"query": USERS}, headers=admin)
    assert len(answer.json()["data"]["users"]["edges"]) == min(size, 10)
    assert sorted(statements.taken) == ["desk.read_dealers", "profile.list_users", "profile.read_users"]
