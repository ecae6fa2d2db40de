"""Households by GraphQL: what is told, that ids lead on, and that a page of users costs one statement."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from api.gql.context import GqlContext
from api.gql.household.loaders import loader_of
from api.gql.schema import build_schema
from api.wiring import Services
from graph.access.roles import Caller, Role
from graph.db.database import Database
from graph.household import repository
from graph.household.repository import HouseholdPage, HouseholdRepository
from graph.household.rows import HouseholdRows
from tests.api.conftest import Ask, message, serving
from tests.graph.household.test_rows import store

ASK = """
query ($id: ID!) {
  household(id: $id) {
    id kind confidence reasons
    members { oneId role confidence since user { oneId displayName identifiers { value } } }
  }
}
"""


async def family(services: Services, *, size: int = 2) -> tuple[str, list[str]]:
    """People who live together, written as the resolution would; the household's id and their oneIds."""
    events = [
        {
            "type": "identify",
            "userId": f"u{n}",
            "messageId": f"m{n}",
            "traits": {"name": f"Person {chr(65 + n)}", "email": f"u{n}@example.com"},
        }
        for n in range(size)
    ]
    await services.writer.write([message(event) for event in events])
    one_ids: list[str] = [
        row["id"]
        for row in await services.database.run_schema(
            "CYPHER 5 MATCH (u:User) RETURN u.oneId AS id ORDER BY id"
        )
    ]
    home = f"household-{one_ids[0]}"
    rows = HouseholdRows(
        households=(
            (home, "household", 0.91, ("ages", "phone")),
            ("sharedDevice-x", "sharedDevice", 0.9, ("anonymousId",)),
        ),
        opened=(
            *((one_id, home, "owner" if n == 0 else "member", 0.91) for n, one_id in enumerate(one_ids)),
            *((one_id, "sharedDevice-x", "user", 0.9) for one_id in one_ids),
        ),
    )
    await store(services.database, rows, operation="household-test")
    return home, one_ids


async def test_a_household_and_its_people(services: Services, ask: Ask) -> None:
    home, one_ids = await family(services)
    found = (await ask(ASK, {"id": home}))["household"]
    assert (found["id"], found["kind"], found["confidence"]) == (home, "household", 0.91)
    assert found["reasons"] == ["ages", "phone"]
    assert [member["oneId"] for member in found["members"]] == one_ids
    assert [member["role"] for member in found["members"]] == ["owner", "member"]
    assert [member["user"]["oneId"] for member in found["members"]] == one_ids
    assert {member["user"]["displayName"] for member in found["members"]} == {"Person A", "Person B"}
    other = f"household-{one_ids[1]}"
    assert (await ask(ASK, {"id": other}))["household"]["id"] == home
    assert (await ask(ASK, {"id": "household-nobody"}))["household"] is None
    assert (await ask(ASK, {"id": "nonsense"}))["household"] is None


async def test_pages_of_a_kind(services: Services, ask: Ask) -> None:
    home, _ = await family(services)
    query = (
        "query ($kind: HouseholdKind!, $after: String) { households(kind: $kind, first: 1, after: $after) "
        "{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"
    )
    first = (await ask(query, {"kind": "household"}))["households"]
    assert [edge["node"]["id"] for edge in first["edges"]] == [home]
    assert first["pageInfo"]["hasNextPage"] is False
    after = (await ask(query, {"kind": "household", "after": first["pageInfo"]["endCursor"]}))["households"]
    assert (after["edges"], after["pageInfo"]["hasPreviousPage"]) == ([], True)
    devices = (await ask(query, {"kind": "sharedDevice"}))["households"]
    assert [edge["node"]["id"] for edge in devices["edges"]] == ["sharedDevice-x"]
    assert (await ask(query, {"kind": "fleet"}))["households"]["edges"] == []


async def test_a_wrong_cursor_is_refused(services: Services, admin: dict[str, str]) -> None:
    async with serving(services) as client:
        answer = await client.post(
            "/graphql",
            json={"query": '{ households(after: "bm9uc2Vuc2U") { edges { cursor } } }'},
            headers=admin,
        )
    assert "`after` is not a cursor of households" in answer.json()["errors"][0]["message"]


async def test_a_page_of_users_costs_one_statement_and_their_members_one_more(services: Services) -> None:
    home, one_ids = await family(services, size=5)
    document = (
        "{ users { edges { node { household { id members { user { oneId } } } sharesWith { kind } } } } }"
    )
    schema = build_schema()
    context = GqlContext(Caller(Role.ADMIN, "k"), services, parse(document))
    taken: list[str] = []
    reading = Database.read_one

    class Counting(Database):
        """The database, noting what it is asked."""

        async def read_one(self, name: str, /, **params: object) -> list[Any] | None:
            taken.append(name)
            return await reading(services.database, name, **params)

    counting = object.__new__(Counting)
    loader_of(context).repository._database = counting
    answer = await schema.execute(document, context_value=context)
    assert answer.errors is None
    assert answer.data is not None
    assert taken == ["household.read_households"]
    people = [edge["node"] for edge in answer.data["users"]["edges"]]
    assert len(people) == len(one_ids)
    for person in people:
        assert person["household"]["id"] == home
        assert [member["user"]["oneId"] for member in person["household"]["members"]] == one_ids
        assert [group["kind"] for group in person["sharesWith"]] == ["household", "sharedDevice"]


async def test_members_and_their_cars_come_in_pages(services: Services, ask: Ask) -> None:
    home, one_ids = await family(services, size=5)
    vins = [f"WVWZZZ1KZ6W00000{n}" for n in range(3)]
    delivered = [
        {
            "type": "track",
            "userId": f"u{n}",
            "event": event,
            "messageId": f"d{n}",
            "properties": {"vin": vins[n % 3], "model": "ET5"},
        }
        for n, event in enumerate(["Vehicle Delivered"] * 3 + ["Service Completed"] * 2)
    ]
    await services.writer.write([message(one) for one in delivered])
    query = """query ($id: ID!, $members: String, $cars: String) { household(id: $id) { memberCount
        membersConnection(first: 3, after: $members) { edges { node { oneId user { oneId } } }
            pageInfo { hasNextPage endCursor } }
        vehicles(first: 2, after: $cars) { edges { node { id vin model role } }
            pageInfo { hasNextPage endCursor } } } }"""
    first = (await ask(query, {"id": home}))["household"]
    after = {
        "members": first["membersConnection"]["pageInfo"]["endCursor"],
        "cars": first["vehicles"]["pageInfo"]["endCursor"],
    }
    second = (await ask(query, {"id": home} | after))["household"]
    assert first["memberCount"] == 5
    pages = (first, second)
    assert [p["membersConnection"]["pageInfo"]["hasNextPage"] for p in pages] == [True, False]
    assert [p["vehicles"]["pageInfo"]["hasNextPage"] for p in pages] == [True, False]
    members = [edge["node"] for page in pages for edge in page["membersConnection"]["edges"]]
    assert [member["oneId"] for member in members] == one_ids
    assert [member["user"]["oneId"] for member in members] == one_ids
    cars = [edge["node"] for page in pages for edge in page["vehicles"]["edges"]]
    assert sorted((car["vin"], car["model"], car["role"]) for car in cars) == [
        (vin, "ET5", "owner") for vin in vins
    ]
    driver = '{ userByIdentifier(namespace: "userId", value: "web/u3") { vehicles { id role } } }'
    [of_user] = (await ask(driver))["userByIdentifier"]["vehicles"]
    assert of_user["role"] == "driver"
    assert of_user["id"] in {car["id"] for car in cars}


async def test_households_of_many_users_are_read_together(services: Services, ask: Ask) -> None:
    """However many users share a group, its members are walked once."""
    home, one_ids = await family(services, size=3)
    found = await HouseholdRepository(services.database).of_users(one_ids)
    assert {tuple(view.id for view in views) for views in found.values()} == {(home, "sharedDevice-x")}
    assert {view.size for views in found.values() for view in views} == {3}
    pages = [HouseholdPage(home, 1), HouseholdPage(home, 2, one_ids[0]), HouseholdPage("household-none", 5)]
    members = await HouseholdRepository(services.database).members(pages)
    told = [([member.one_id for member in members[page][0]], members[page][1]) for page in pages]
    assert told == [(one_ids[:1], True), (one_ids[1:], False), ([], False)]


async def test_a_household_masks_vins(services: Services, ask: Ask, frontend: dict[str, str]) -> None:
    home, _ = await family(services)
    car = {"vin": "WVWZZZ1KZ6W000001"}
    delivered = {
        "type": "track",
        "userId": "u0",
        "event": "Vehicle Delivered",
        "messageId": "d",
        "properties": car,
    }
    await services.writer.write([message(delivered)])
    query = f'{{ household(id: "{home}") {{ vehicles {{ edges {{ node {{ vin }} }} }} }} }}'
    for headers, vin in ((frontend, "WVW********0001"), (None, car["vin"])):
        [edge] = (await ask(query, headers=headers))["household"]["vehicles"]["edges"]
        assert edge["node"]["vin"] == vin


async def test_the_members_of_a_large_group_are_bounded(
    services: Services, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MOST_MEMBERS", 2)
    home, one_ids = await family(services, size=3)
    query = f'{{ household(id: "{home}") {{ memberCount members {{ oneId }} }} }}'
    told = (await ask(query))["household"]
    assert told == {"memberCount": 3, "members": [{"oneId": one_id} for one_id in one_ids[:2]]}
