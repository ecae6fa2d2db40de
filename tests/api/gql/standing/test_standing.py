"""Orders, consents and follow-ups by GraphQL: over profiles, for a dealer, in the past, and at what cost."""

from __future__ import annotations

from typing import Any

from graphql import parse

from api.gql.context import GqlContext
from api.gql.schema import build_schema
from api.gql.standing.loaders import loader_of
from api.wiring import Services
from graph.access.roles import Caller, Role
from graph.clock import isoformat, system_clock
from graph.db.database import Database
from tests.api.conftest import Ask, headers_of, message

ASK = """
query ($open: Boolean) {
  users { edges { node {
    orders { id status orderedAt deliveredAt cancelledAt amount currency model dealer consultant vehicle }
    consents { purpose state dealer since channel wording source profile }
    nextFollowUp { kind dueAt }
    followUps(open: $open) { kind dueAt plannedAt open topic dealer consultant model closedAt outcome }
    vehicles { id } profiles { id source }
  } } }
}
"""


def track(
    event: str, day: int, *, user: str = "u1", source: str = "web", phone: str = "13812345001", **rest: Any
) -> Any:
    """What a person does on a day of October, by a phone that joins their profiles."""
    return message(
        {
            "type": "track",
            "event": event,
            "userId": user,
            "messageId": f"{event}-{user}-{day}",
            "timestamp": f"2026-10-{day:02}T08:00:00Z",
            "properties": rest,
            "context": {"traits": {"phone": phone}},
        },
        source=source,
    )


async def write(services: Services, *messages: Any) -> None:
    """Each in a commit of its own, so that what is late comes late."""
    for one in messages:
        await services.writer.write([one])


async def only(ask: Ask, **more: Any) -> dict[str, Any]:
    """The one person that there is."""
    (edge,) = (await ask(ASK, **more))["users"]["edges"]
    return edge["node"]


async def test_a_car_that_was_given_back_undoes_its_order(services: Services, ask: Ask) -> None:
    await write(
        services,
        track("Order Placed", 2, orderId="SO-1", model="ET5", amount=249_999.99),
        track("Vehicle Delivered", 9, orderId="SO-1"),
        track("Vehicle Returned", 12, orderId="SO-1", reason="returnPolicy"),
    )
    answer = await ask(
        "{ users { edges { node { orders { status deliveredAt cancelledAt returnedAt } } } } }"
    )
    assert answer["users"]["edges"][0]["node"]["orders"] == [
        {
            "status": "returned",
            "deliveredAt": "2026-10-09T08:00:00.000Z",
            "cancelledAt": None,
            "returnedAt": "2026-10-12T08:00:00.000Z",
        }
    ]


async def test_an_order_is_told_once_whatever_tells_of_it(services: Services, ask: Ask) -> None:
    await write(
        services,
        track("Vehicle Delivered", 20, orderId="SO-1", dealer="d1", vin="LSVAM4187C2184847"),
        track(
            "Order Placed", 2, orderId="SO-1", dealer="d1", consultant="c1", model="ET5", amount=249_999.99
        ),
        track("Order Placed", 3, orderId="SO-2", dealer="d1", amount=1000, currency="JPY"),
        track("Order Cancelled", 4, orderId="SO-2", dealer="d1", reason="price"),
    )
    person = await only(ask)
    first, second = person["orders"]
    assert (first["status"], first["amount"], first["currency"]) == ("delivered", "249999.99", "CNY")
    assert (first["orderedAt"], first["deliveredAt"], first["cancelledAt"]) == (
        "2026-10-02T08:00:00.000Z", "2026-10-20T08:00:00.000Z", None,
    )  # fmt: skip
    assert (first["model"], first["dealer"], first["consultant"]) == ("ET5", "d1", "c1")
    assert first["vehicle"] == person["vehicles"][0]["id"]
    assert (second["status"], second["amount"], second["cancelledAt"]) == (
        "cancelled", "1000", "2026-10-04T08:00:00.000Z",
    )  # fmt: skip
    assert first["id"] != second["id"]
    answer = await ask("{ users { edges { node { orders(first: 1) { id } } } } }")
    assert answer["users"]["edges"][0]["node"]["orders"] == [{"id": first["id"]}]


async def test_consents_are_those_of_the_most_restrictive_profile(services: Services, ask: Ask) -> None:
    joined = [
        track("Consent Given", 1, purpose="marketing", wording="w1"),
        track("Consent Withdrawn", 2, user="u2", source="app", purpose="marketing"),
        track("Consent Given", 3, purpose="marketing", wording="w2"),
        track("Consent Given", 3, user="u2", source="app", purpose="profiling", dealer="d1"),
    ]
    await write(services, *joined, *(message(
        {"type": "identify", "userId": user, "messageId": f"i-{user}", "traits": {"phone": "13812345001"}},
        source=source,
    ) for user, source in (("u1", "web"), ("u2", "app"))))  # fmt: skip
    people = [edge["node"] for edge in (await ask(ASK))["users"]["edges"]]
    told = [
        (each["purpose"], each["state"], each["dealer"], each["source"], each["since"][8:10])
        for person in people
        for each in person["consents"]
    ]
    assert told == [
        ("marketing", "withdrawn", None, "app", "02"), ("profiling", "given", "d1", "app", "03"),
    ]  # fmt: skip
    (person,) = people
    profiles = {each["id"]: each["source"] for each in person["profiles"]}
    assert {profiles[each["profile"]] for each in person["consents"]} == {"app"}


async def test_what_is_planned_and_what_is_next(services: Services, ask: Ask) -> None:
    await write(
        services,
        track("Follow-Up Completed", 4, dealer="d1", outcome="notReached"),
        track("Follow-Up Planned", 3, dealer="d1", consultant="c1", topic="price", dueAt="2026-10-05"),
        track("Test Drive Booked", 6, dealer="d2", model="ET5", appointmentAt="2026-10-30T10:00:00Z"),
        track("Follow-Up Planned", 7, dealer="d1", consultant="c1", dueAt="2026-11-09T10:00:00Z"),
    )
    person = await only(ask)
    assert person["nextFollowUp"] == {"kind": "appointment", "dueAt": "2026-10-30T10:00:00.000Z"}
    assert [(each["kind"], each["open"], each["dueAt"][:10]) for each in person["followUps"]] == [
        ("appointment", True, "2026-10-30"), ("followUp", True, "2026-11-09"), ("followUp", False, "2026-10-05"),
    ]  # fmt: skip
    closed = person["followUps"][2]
    assert (closed["outcome"], closed["closedAt"], closed["topic"], closed["consultant"]) == (
        "notReached", "2026-10-04T08:00:00.000Z", "price", "c1",
    )  # fmt: skip
    for wanted, number in ((True, 2), (False, 1)):
        assert len((await only(ask, variables={"open": wanted}))["followUps"]) == number


async def test_a_dealer_is_told_its_own_and_the_brands(services: Services, ask: Ask) -> None:
    await write(
        services,
        track("Order Placed", 1, orderId="SO-1", dealer="d1", consultant="c1", amount=1),
        track("Order Placed", 2, orderId="SO-2", dealer="d2", consultant="c2", amount=2),
        track("Order Placed", 3, orderId="SO-3", consultant="c3", amount=3, vin="LSVAM4187C2184847"),
        track("Consent Given", 1, purpose="marketing", dealer="d2"),
        track("Consent Given", 2, purpose="profiling"),
        track("Follow-Up Planned", 4, dealer="d2", dueAt="2026-11-01"),
        track("Store Visited", 5, dealer="d1"),
    )
    person = await only(ask, headers=await headers_of(services, Role.DEALER, dealer="d1"))
    assert [(o["amount"], o["dealer"], o["consultant"], o["vehicle"]) for o in person["orders"]] == [
        ("3.00", None, None, None), ("1.00", "d1", "c1", None),
    ]  # fmt: skip
    assert [(each["purpose"], each["dealer"]) for each in person["consents"]] == [("profiling", None)]
    assert (person["nextFollowUp"], person["followUps"]) == (None, [])
    other = await only(ask, headers=await headers_of(services, Role.DEALER, dealer="d2"))
    assert [(each["dealer"], each["open"]) for each in other["followUps"]] == [("d2", True)]


async def test_the_past_has_none(services: Services, ask: Ask) -> None:
    await write(services, track("Order Placed", 1, orderId="SO-1"))
    (edge,) = (await ask("{ users { edges { node { oneId } } } }"))["users"]["edges"]
    answer = await ask(
        "query ($id: ID!, $at: DateTime!) { user(oneId: $id, asOf: $at) "
        "{ orders { id } consents { purpose } nextFollowUp { id } followUps { id } } }",
        {"id": edge["node"]["oneId"], "at": isoformat(system_clock())},
    )
    assert answer["user"] == {"orders": [], "consents": [], "nextFollowUp": None, "followUps": []}


async def test_a_page_of_users_costs_one_statement_whatever_is_asked(services: Services) -> None:
    await services.writer.write(
        [
            track("Order Placed", 1, orderId=f"SO-{n}", user=f"u{n}", phone=f"138123450{n:02}")
            for n in range(12)
        ]
    )
    document = (
        "{ users { edges { node { orders { status } consents { state } nextFollowUp { id } "
        "open: followUps(open: true) { id } followUps { id } } } } }"
    )
    context = GqlContext(Caller(Role.ADMIN, "k"), services, parse(document))
    taken: list[str] = []
    reading = Database.read_one

    class Counting(Database):
        """The database, noting what it is asked."""

        async def read_one(self, name: str, /, **params: object) -> list[Any] | None:
            taken.append(name)
            return await reading(services.database, name, **params)

    loader_of(context).repository._database = object.__new__(Counting)
    answer = await build_schema().execute(document, context_value=context)
    assert answer.errors is None
    assert answer.data is not None
    people = [edge["node"] for edge in answer.data["users"]["edges"]]
    assert [len(person["orders"]) for person in people] == [1] * 12
    assert taken == ["standing.read_statements"]
