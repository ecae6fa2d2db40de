"""What is planned answers exactly what the stock executor answers, and nothing that it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson
import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.gql.context import GqlContext
from api.gql.documents import Documents
from api.gql.ids import user_cursor
from api.gql.plain import PlainExecutor
from api.gql.planned import Planner
from api.gql.schema import build_schema
from api.wiring import Services
from graph.access.purpose import Purpose
from graph.access.roles import Caller, Role
from tests.api.conftest import message
from tests.laws import examples

Question = tuple[str, dict[str, Any]]

HEAD: Final = "query Q($id: ID!, $first: Int, $after: String, $yes: Boolean!, $no: Boolean = false)"
USED: Final = (
    "first: users(first: 1) @skip(if: true) { edges { cursor } } "
    "unused: user(oneId: $id) @skip(if: true) { id touchpoints(first: $first, after: $after) @include(if: $yes) "
    "{ edges { cursor @skip(if: $no) } } }"
)
"""Nothing, by every variable, since a document must use those that it declares."""

DIRECTIVES: Final = (
    "",
    "",
    "",
    " @include(if: $yes)",
    " @skip(if: $no)",
    " @include(if: $no)",
    " @skip(if: true)",
)
CALLERS: Final = (
    Caller(Role.FRONTEND, "1"),
    Caller(Role.ADMIN, "2"),
    Caller(Role.DEALER, "3", dealer="d-1"),
)
directives = st.sampled_from(DIRECTIVES)


def fields(*names: str) -> st.SearchStrategy[str]:
    """Some of these scalars, some of them under another name, included or not."""
    one = st.builds(
        lambda name, other, directive: f"{'other_' + name + ': ' if other else ''}{name}{directive}",
        st.sampled_from(names),
        st.booleans(),
        directives,
    )
    return st.lists(one, min_size=1, max_size=5).map(" ".join)


def below(name: str, selection: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda inner, directive: f"{name}{directive} {{ {inner} }}", selection, directives)


def joined(*parts: st.SearchStrategy[str], most: int = 5) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(*parts), min_size=1, max_size=most).map(" ".join)


PAGE_INFO: Final = below("pageInfo", fields("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"))
TOUCHPOINT: Final = joined(
    fields("__typename", "id", "occurredAt", "receivedAt", "event", "kind", "channel", "campaign", "dealer"),
    fields("model", "content", "durationSeconds", "amount", "currency", "price", "consultant"),
    st.just("... on TestDriveCompleted { distanceKm appointmentAt }"),
    st.just("... on EnquirySubmitted { topic own: __typename }"),
    st.just("... on PageViewed { page path }"),
    st.just("... on Node { node_id: id ... on Touchpoint { kind } }"),
    st.just("...Contact"),
)
ARGUMENTS: Final = (
    "",
    "(first: 1)",
    "(first: 2)",
    "(first: $first)",
    "(first: null)",
    "(first: 0)",
    "(first: $first, after: $after)",
    '(filter: {kinds: ["enquiry", "testDrive"]})',
    '(filter: {channel: "app", since: "2026-01-01T00:00:00Z"})',
    '(filter: {kinds: ["party"]})',
)


@st.composite
def touchpoints(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    number = draw(st.integers(0, len(ARGUMENTS) - 1))
    edges = below("edges", joined(fields("cursor", "__typename"), below("node", TOUCHPOINT), most=2))
    return f"t{number}: touchpoints{ARGUMENTS[number]}{draw(directives)} {{ {draw(joined(edges, PAGE_INFO, most=2))} }}"


SCALARS: Final = fields("__typename", "id", "oneId", "displayName", "firstSeenAt", "lastSeenAt", "asOf")
LISTS: Final = st.one_of(
    below("profiles", fields("__typename", "id", "source", "recordId")),
    below("identifiers", fields("namespace", "scope", "value", "trusted")),
    below("vehicles", fields("id", "vin", "model", "role")),
    below("golden", fields("field", "value", "profiles")),
)
USER: Final = joined(
    SCALARS,
    LISTS,
    touchpoints(),
    below("... on User", joined(SCALARS, LISTS)),
    below("... on Node", fields("id", "__typename")),
    st.just("...Card"),
    st.just("...Card @include(if: $no)"),
)
USERS: Final = joined(
    below("edges", joined(fields("cursor"), below("node", USER), most=3)),
    PAGE_INFO,
    fields("__typename"),
    most=3,
)
ROOTS: Final = (
    ("user(oneId: $id)", USER),
    ('user(oneId: "nobody")', USER),
    ('user(oneId: $id, asOf: "2027-01-01T00:00:00Z")', USER),
    ("users", USERS),
    ("users(first: 2)", USERS),
    ("users(first: $first, after: $after)", USERS),
    ("users(first: 1001)", USERS),
    ('userByIdentifier(namespace: "phone", value: "13812345678")', USER),
)


@st.composite
def questions(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Question:
    roots = [
        f"r{number}: {field}{draw(directives)} {{ {draw(selection)} }}"
        for number, (field, selection) in enumerate(
            draw(st.lists(st.sampled_from(ROOTS), min_size=1, max_size=2))
        )
    ]
    card, contact = draw(joined(SCALARS, LISTS, most=2)), draw(fields("id", "event", "kind", "amount"))
    text = f"""{HEAD} {{ {USED} {" ".join(roots)} ...Unused @skip(if: true) }}
        fragment Unused on Query {{
          user(oneId: $id) {{ ...Card touchpoints {{ edges {{ node {{ ...Contact }} }} }} }} }}
        fragment Card on User {{ {card} }} fragment Contact on Touchpoint {{ {contact} }}"""
    variables: dict[str, Any] = {"yes": draw(st.booleans())}
    if draw(st.booleans()):
        variables["first"] = draw(st.sampled_from([None, 1, 2, 50, 0, 1_000]))
    if draw(st.booleans()):
        variables["after"] = draw(
            st.sampled_from([None, user_cursor("0" * 8 + "-0000" * 3 + "-" + "0" * 12), "x"])
        )
    if draw(st.booleans()):
        variables["no"] = draw(st.booleans())
    return text, variables


def generated(count: int) -> list[Question]:
    """Questions as hypothesis draws them: both ways are asked about them in the test's own event loop."""
    drawn: list[Question] = []

    @settings(
        max_examples=examples(count), deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(questions())
    def draw(question: Question) -> None:
        drawn.append(question)

    draw()
    return drawn


async def world(services: Services) -> str:
    """People with and without names, cars, corrections and touchpoints; the oneId of the one who has all."""
    person: dict[str, Any] = {"type": "identify", "userId": "u1", "anonymousId": "a1", "messageId": "i1"}
    events: list[dict[str, Any]] = [
        person | {"traits": {"name": "王建国", "phone": "13812345678"}},
        {
            "type": "identify",
            "userId": "u2",
            "messageId": "i2",
            "traits": {"name": "李敏", "phone": "13812345678"},
        },
        {"type": "identify", "anonymousId": "a1", "messageId": "i3", "traits": {"name": "王 建国"}},
        {"type": "identify", "userId": "u3", "messageId": "i4"},
        {"type": "page", "userId": "u1", "messageId": "p1", "name": "ET5", "properties": {"path": "/et5"}},
    ]
    delivered = {"vin": "LXGEAAETXPA060144", "model": "ET5", "channel": "app"}
    for number, (name, properties) in enumerate(
        [
            ("Test Drive Completed", {"distanceKm": 3.5, "durationSeconds": 60, "channel": "app"}),
            ("Enquiry Submitted", {"amount": "12.30", "currency": "CNY", "topic": "price"}),
            ("Vehicle Delivered", delivered),
            ("Anything", {}),
        ]
    ):
        track = {"type": "track", "userId": "u1", "messageId": f"m{number}", "event": name}
        events.append(track | {"properties": properties})
    await services.writer.write([message(event) for event in events])
    [row] = await services.database.run_schema(
        "CYPHER 5 MATCH (:Vehicle)<-[:DRIVES]-(:Profile)-[:RESOLVED_TO]->(u:User) RETURN DISTINCT u.oneId AS id"
    )
    return row["id"]


async def test_a_plan_answers_what_the_executor_answers(services: Services) -> None:
    one_id = await world(services)
    stock, planned = build_schema(plain=False), build_schema()
    planner = Planner(planned.core)
    answered = refused = 0
    for number, (text, drawn) in enumerate(generated(120)):
        document = parse(text)  # the limits on documents have tests of their own
        if validate(stock.core, document):
            refused += 1
            continue
        caller = CALLERS[number % 3]
        purpose = Purpose.SUPPORT if caller.role is Role.ADMIN else None
        context = GqlContext(caller, services, document, purpose=purpose)
        variables = {"id": one_id} | drawn
        quick = await planner.answer(text, None, variables, context)
        slow = await stock.execute(text, variable_values=variables, context_value=context)
        if quick is not None:
            answered += 1
            assert not slow.errors, (slow.errors, text)
            assert orjson.dumps(quick, default=str) == orjson.dumps(slow.data, default=str), text
        whole = await planned.execute(text, variable_values=variables, context_value=context)
        assert orjson.dumps(whole.data, default=str) == orjson.dumps(slow.data, default=str), text
        assert [e.message for e in whole.errors or []] == [e.message for e in slow.errors or []]
    assert refused < examples(20)
    assert answered > examples(40)


async def test_what_a_frontend_asks_is_planned(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a plan the answers are the same, only slower: so that nobody loses it unseen."""
    one_id = await world(services)
    fields: list[str] = []
    original = PlainExecutor.execute_field

    def counting(self: Any, parent_type: Any, *rest: Any, **named: Any) -> Any:
        fields.append(parent_type.name)
        return original(self, parent_type, *rest, **named)

    monkeypatch.setattr(PlainExecutor, "execute_field", counting)
    schema = build_schema()
    text = """query ($id: ID!, $first: Int = 20, $names: Boolean = true) { one: user(oneId: $id) { ...Card
        touchpoints(first: $first) { edges { cursor node { id __typename event } } pageInfo { endCursor } } }
        users(first: $first) { edges { cursor node { ...Card } } pageInfo { hasNextPage endCursor } } }
        fragment Card on User { id oneId displayName @include(if: $names) profiles { source recordId }
        identifiers { namespace value trusted } vehicles { vin role } firstSeenAt }"""
    prepared = Documents(schema.core, suggestions=False).prepare(text)
    assert prepared.document is not None
    context = GqlContext(Caller(Role.FRONTEND, "1"), services, prepared.document)
    for first in (1, 20):
        found = await schema.execute(
            text, variable_values={"id": one_id, "first": first}, context_value=context
        )
        assert not found.errors
        assert found.data is not None
        assert len(found.data["one"]["touchpoints"]["edges"]) == min(first, 5)
    assert fields == []


async def test_two_pages_under_one_name_are_refused(services: Services) -> None:
    """Below two names of one list, where validation sees no conflict; once both got the page of the last."""
    await world(services)
    text = """{ users(first: 1) { a: edges { node { t: touchpoints(first: 1) { edges { cursor } } } }
        b: edges { node { t: touchpoints(first: 2) { edges { cursor } } } } } }"""
    schema = build_schema()
    prepared = Documents(schema.core, suggestions=False).prepare(text)
    assert prepared.document is not None
    assert prepared.errors == ()
    context = GqlContext(Caller(Role.FRONTEND, "1"), services, prepared.document)
    found = await schema.execute(text, context_value=context)
    assert found.data == {"users": None}
    assert [error.message for error in found.errors or []] == ["`t` stands for two different pages."]
