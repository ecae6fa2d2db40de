"""What a dealer is told of people: its own and the brand's, and nothing that another dealer's rows decided.

Worlds have two dealers; whatever is one's alone bears its mark. No answer to the other may hold the mark, and people,
records, vehicles and touchpoints are exactly those that a model of the rules, written apart, says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.wiring import Services
from graph.access.roles import Role
from graph.ingest.message import Message
from graph.ingest.sources import SourceDeclaration
from tests.api.conftest import headers_of, message
from tests.laws import examples

DEALERS: Final = ("d-one", "d-two")
SOURCES: Final = ("brand", *DEALERS)
MARKS: Final = {"d-one": "secretone", "d-two": "secrettwo"}
VINS: Final = ("LSVAM4187C2184847", "LXGEAAETXPA060144")


@dataclass(frozen=True, slots=True)
class Contact:
    """A touchpoint: with which dealer, and about which vehicle."""

    dealer: str | None
    vin: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """Somebody as one source knows them; people who share a phone are one."""

    source: str
    phone: int
    contacts: tuple[Contact, ...]


contacts = st.builds(Contact, st.sampled_from([None, *DEALERS]), st.sampled_from([None, None, *VINS]))
records = st.builds(
    Record,
    st.sampled_from(SOURCES),
    st.integers(0, 2),
    st.lists(contacts, max_size=3).map(tuple),
)
worlds = st.lists(records, min_size=1, max_size=6, unique_by=lambda record: (record.source, record.phone))
"""A source knows a person once: two ids in one source are two people."""


@dataclass(slots=True)
class World:
    """Records as they were written, under names of their own."""

    number: int
    records: list[Record]
    names: dict[int, str] = field(default_factory=dict[int, str])

    def dealer(self, name: str) -> str:
        return f"{name}-{self.number}"

    def dealer_of(self, record: Record, contact: Contact) -> str | None:
        """What an event names counts, else what its source declares."""
        return contact.dealer or (record.source if record.source in DEALERS else None)

    def people(self) -> Iterator[list[int]]:
        for phone in range(3):
            members = [n for n, record in enumerate(self.records) if record.phone == phone]
            if members:
                yield members

    def knows(self, members: list[int], dealer: str) -> bool:
        return any(
            self.records[n].source == dealer
            or any(self.dealer_of(self.records[n], c) == dealer for c in self.records[n].contacts)
            for n in members
        )

    def shown(self, dealer: str) -> list[tuple[list[str], int, list[str]]]:
        """Of each person whom the dealer sees: names of records, number of touchpoints, vehicles' masks."""
        found: list[tuple[list[str], int, list[str]]] = []
        for members in self.people():
            if not self.knows(members, dealer):
                continue
            seen = [n for n in members if self.records[n].source in ("brand", dealer)]
            touchpoints = [
                contact
                for n in seen
                for contact in self.records[n].contacts
                if self.dealer_of(self.records[n], contact) in (None, dealer)
            ]
            vehicles = {
                contact.vin
                for n in seen
                for contact in self.records[n].contacts
                if contact.vin and self._tells(self.records[n], contact.vin, dealer)
            }
            found.append(
                (sorted(self.names[n] for n in seen), len(touchpoints), sorted(v[-4:] for v in vehicles))
            )
        return sorted(found)

    def _tells(self, record: Record, vin: str, dealer: str) -> bool:
        said = {self.dealer_of(record, c) for c in record.contacts if c.vin == vin}
        return dealer in said or said <= {None}

    def sources(self) -> dict[str, SourceDeclaration]:
        grades = {"phone": "trusted"}
        own = {name: {"dealer": self.dealer(name)} if name in DEALERS else {} for name in SOURCES}
        return {
            name: SourceDeclaration.model_validate(
                {"name": f"{MARKS.get(name, 'brand')}-{self.number}", "grades": grades, **own[name]}
            )
            for name in SOURCES
        }

    def messages(self) -> list[Message]:
        declared, found = self.sources(), list[Message]()
        for n, record in enumerate(self.records):
            mark = MARKS.get(record.source, "brand")
            user = self.names[n] = f"{mark}-{self.number}-{n}"
            common = {"userId": user, "timestamp": "2026-01-02T08:00:00Z"}
            traits = {
                "name": f"{mark} {n}",
                "phone": f"138{self.number:04d}{record.phone:04d}",
                "email": f"someone{n}@{mark}{self.number}.example",
            }
            found.append(
                message(
                    {"type": "identify", "messageId": f"i{user}", "traits": traits, **common},
                    source=declared[record.source],
                )
            )
            for m, contact in enumerate(record.contacts):
                dealer = self.dealer_of(record, contact)
                told = MARKS.get(dealer or "", "brand")
                properties: dict[str, Any] = {
                    "channel": f"{told}channel",
                    "campaign": f"{told}campaign",
                    "consultant": f"{told}consultant" if dealer else None,
                    "model": f"{told}model",
                    "dealer": contact.dealer and self.dealer(contact.dealer),
                    "vin": contact.vin,
                }
                found.append(
                    message(
                        {
                            "type": "track",
                            "event": "Service Completed" if contact.vin else f"{told} event",
                            "messageId": f"t{user}-{m}",
                            "properties": {k: v for k, v in properties.items() if v is not None},
                            **common,
                        },
                        source=declared[record.source],
                    )
                )
        return found


PERSON: Final = """id oneId displayName firstSeenAt lastSeenAt profiles { id source recordId }
  identifiers { namespace scope value trusted } vehicles { id vin model role }
  golden { field value profiles provenance { source rule why profile { id source recordId } }
    alternatives { value profiles } }
  touchpoints(first: 20) { edges { cursor node { id event kind channel campaign dealer consultant model content } }
    pageInfo { hasNextPage endCursor } }"""
ALL: Final = f"{{ users(first: 20) {{ edges {{ cursor node {{ {PERSON} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
USER: Final = f"query ($id: ID!) {{ user(oneId: $id) {{ {PERSON} }} }}"
NODE: Final = f"""query ($id: ID!) {{ node(id: $id) {{ id __typename ... on User {{ {PERSON} }}
  ... on Profile {{ source recordId }} ... on Vehicle {{ vin model role }}
  ... on Touchpoint {{ event channel campaign dealer consultant model }} }} }}"""
HOLDER: Final = f"""query ($n: String!, $v: String!) {{
  userByIdentifier(namespace: $n, value: $v) {{ {PERSON} }}
  usersByIdentifier(namespace: $n, value: $v) {{ hasMore holders {{ role scope profile {{ id source recordId }}
    user {{ {PERSON} }} }} }} }}"""
FORBIDDEN: Final = (
    "{ households { edges { node { id } } } }",
    "query ($id: ID!) { household(id: $id) { id } }",
    "query ($id: ID!) { user(oneId: $id) { household { id } } }",
    "query ($id: ID!) { user(oneId: $id) { sharesWith { id } } }",
    "{ identityChanges { edges { node { oneId } } } }",
    "query ($id: ID!) { how(oneId: $id) { sentence } }",
    "query ($id: ID!) { why(a: $id, b: $id) { sentence } }",
    "query ($id: ID!) { whyNot(a: $id, b: $id) { sentence } }",
    "query ($id: ID!) { weakestLinks(oneId: $id) { oneId } }",
    "query ($id: ID!) { node(id: $id) { ... on FormerUser { until } } }",
    "{ likelyPairs { edges { cursor } } }",
    "{ ambiguities { edges { cursor } } }",
)


def generated(count: int) -> list[list[Record]]:
    """Worlds as hypothesis draws them, for the test's own event loop."""
    drawn: list[list[Record]] = []

    @settings(
        max_examples=examples(count), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(worlds)
    def draw(world: list[Record]) -> None:
        drawn.append(world)

    draw()
    return drawn


BOTH: Final = [  # one person of both dealers and the brand, with vehicles of each; and one of the second alone
    Record("brand", 0, (Contact("d-one", VINS[0]), Contact("d-two", VINS[1]), Contact(None, None))),
    Record("d-one", 0, (Contact(None, VINS[1]),)),
    Record("d-two", 0, (Contact(None, VINS[0]), Contact(None, None))),
    Record("d-two", 1, (Contact(None, None),)),
    Record("brand", 1, (Contact(None, None), Contact("d-two", VINS[1]))),
]


async def written(services: Services, number: int, records: list[Record]) -> World:
    world = World(number, records)
    await services.sources.apply(world.sources().values())
    await services.writer.write(world.messages())
    return world


class Asker:
    """A client with a key."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self._client, self._headers = client, headers

    async def __call__(self, query: str, **variables: Any) -> dict[str, Any]:
        response = await self._client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=self._headers
        )
        return response.json()


def ids(answer: Any) -> Iterator[str]:
    """Every `id` and `oneId` in an answer."""
    if isinstance(answer, dict):
        for key, value in answer.items():  # pyright: ignore[reportUnknownVariableType]
            if key in ("id", "oneId"):
                yield value
            else:
                yield from ids(value)
    elif isinstance(answer, list):
        for value in answer:  # pyright: ignore[reportUnknownVariableType]
            yield from ids(value)


def summary(answer: dict[str, Any]) -> list[tuple[list[str], int, list[str]]]:
    found: list[tuple[list[str], int, list[str]]] = []
    for edge in answer["data"]["users"]["edges"]:
        one = edge["node"]
        names = sorted(profile["recordId"] for profile in one["profiles"])
        vehicles = sorted(vehicle["vin"][-4:] for vehicle in one["vehicles"])
        found.append((names, len(one["touchpoints"]["edges"]), vehicles))
    return sorted(found)


async def test_a_dealer_is_told_exactly_its_rows(client: httpx.AsyncClient, services: Services) -> None:
    """In any world, by any question: no mark of the other, and exactly the rows that the model says."""
    admin = Asker(client, await headers_of(services, Role.ADMIN))
    told = 0
    for number, drawn in enumerate([BOTH, *generated(8)], start=1):
        world = await written(services, number, drawn)
        everything = await admin(ALL.replace("users(first: 20)", "users(first: 60)"))
        every_id = sorted(set(ids(everything)))
        for dealer, other in itertools.permutations(DEALERS):
            bound = world.dealer(dealer)
            asker = Asker(client, await headers_of(services, Role.DEALER, dealer=bound))
            answers = [await asker(ALL)]
            assert summary(answers[0]) == world.shown(dealer)
            seen = set(ids(answers[0]))
            for id_ in every_id if number == 1 else sorted(seen):
                user, node = await asker(USER, id=id_), await asker(NODE, id=id_)
                answers += [user, node]
                told += id_ in seen
                if id_ not in seen:
                    assert (user["data"], node["data"]) == ({"user": None}, {"node": None})
            for phone in range(3):
                answers.append(await asker(HOLDER, n="phone", v=f"138{number:04d}{phone:04d}"))
            for vin in VINS:
                answers.append(await asker(HOLDER, n="vin", v=vin))
            for n, record in enumerate(drawn):
                email = f"someone{n}@{MARKS.get(record.source, 'brand')}{number}.example"
                held = await asker(HOLDER, n="email", v=email)
                answers.append(held)
                if record.source == other:
                    assert held["data"] == {
                        "userByIdentifier": None,
                        "usersByIdentifier": {"hasMore": False, "holders": []},
                    }
            for answer in answers:
                assert "errors" not in answer, answer
                text = orjson.dumps(answer).decode().lower()
                assert MARKS[other] not in text
                assert world.dealer(other) not in text
    assert told > 20


async def test_what_mixes_dealers_is_forbidden_to_each(client: httpx.AsyncClient, services: Services) -> None:
    world = await written(services, 1, BOTH)
    asker = Asker(client, await headers_of(services, Role.DEALER, dealer=world.dealer("d-one")))
    one_id = (await asker(ALL))["data"]["users"]["edges"][0]["node"]["oneId"]
    for query in FORBIDDEN:
        answer = await asker(query, **({"id": one_id} if "$id" in query else {}))
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["forbidden"], answer
        assert answer.get("data") is None
    past = await asker(f'{{ user(oneId: "{one_id}", asOf: "2026-12-01T00:00:00Z") {{ oneId }} }}')
    assert past["data"] == {"user": None}
    assert past["errors"]
