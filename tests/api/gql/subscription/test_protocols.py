"""What a connection may do, and when it ends: by the protocol, by an access that ended, by what a client does."""

from __future__ import annotations

import dataclasses
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from api.app import create_app
from api.gql import websocket
from api.wiring import Services
from graph.access.roles import Role
from graph.access.service import AccessService
from tests.api.conftest import Ask, headers_of
from tests.api.gql.subscription.conftest import events, socket
from tests.api.gql.subscription.test_changes import USER, bring, one_id
from tests.api.server import listening

QUERY = "{ users { edges { cursor } } }"
STREAM = "subscription { identityChanged { cursor } }"


class TestConnecting:
    async def test_the_key_may_come_in_the_payload(self, place: str, frontend: dict[str, str]) -> None:
        async with socket(place, init=False) as client:
            await client.send(type="ping")
            assert await client.receive() == {"type": "pong"}
            payload = {"authorization": frontend["Authorization"]}
            await client.send(type="connection_init", payload=payload)
            assert await client.receive() == {"type": "connection_ack"}
            await client.subscribe(QUERY)
            assert await client.next() == {"users": {"edges": []}}

    @pytest.mark.parametrize(
        ("messages", "code"),
        [
            ([{"type": "connection_init"}], 4401),
            ([{"type": "connection_init", "payload": {"authorization": "Bearer gx_f_nobody-nobody"}}], 4401),
            ([{"type": "connection_init", "payload": "x"}], 4401),
            ([{"id": "1", "type": "subscribe", "payload": {"query": QUERY}}], 4401),
            (["nonsense"], 4400),
            (["[]"], 4400),
            ([b"\x00"], 4400),
        ],
    )
    async def test_a_stranger(self, place: str, messages: list[Any], code: int) -> None:
        async with socket(place, init=False) as client:
            for message in messages:
                if isinstance(message, dict):
                    await client.send(**message)
                else:
                    await client.connection.send(message)
            assert await client.closed() == code

    async def test_a_source_may_not_ask(self, place: str, services: Services) -> None:
        async with socket(place, await headers_of(services, Role.SOURCE, source="web"), init=False) as client:
            await client.send(type="connection_init")
            assert await client.closed() == 4403

    async def test_who_says_nothing_is_let_go(self, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(websocket, "INIT_SECONDS", 0.05)
        async with socket(place, init=False) as client:
            assert await client.closed() == 4408

    async def test_another_protocol(self, place: str) -> None:
        async with socket(place, init=False, subprotocols=None) as client:
            assert await client.closed() == 4406

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
    async def test_pages_of_others(self, place: str, origin: str) -> None:
        with pytest.raises(InvalidStatus):
            async with socket(place, init=False, origin=origin):
                pass

    async def test_its_own_pages_and_listed_ones(self, services: Services, frontend: dict[str, str]) -> None:
        listed = services.settings.model_copy(update={"graphql_origins": ("https://crm.example",)})
        app = create_app(dataclasses.replace(services, settings=listed), follow=False)
        async with listening(app) as place:
            for origin in (f"http://{place}", "https://crm.example"):
                async with socket(place, frontend, origin=origin) as client:
                    await client.send(type="ping")
                    assert await client.receive() == {"type": "pong"}


class TestOperations:
    async def test_wrong_documents_are_errors_of_their_operation(
        self, place: str, frontend: dict[str, str]
    ) -> None:
        async with socket(place, frontend) as client:
            wrong: list[tuple[dict[str, Any], str]] = [
                ({"query": "{ nonsense }"}, "graphql"),
                ({}, "bad_input"),
                ({"query": 1}, "bad_input"),
            ]
            for payload, code in wrong:
                await client.send(id="1", type="subscribe", payload=payload)
                answer = await client.receive()
                assert (answer["id"], answer["type"]) == ("1", "error")
                assert answer["payload"][0]["extensions"]["code"] == code
            await client.subscribe('subscription { identityChanged(after: "x") { cursor } }')
            told = await client.receive()
            assert told["payload"]["errors"][0]["extensions"]["code"] == "bad_input"
            assert (await client.receive())["type"] == "complete"

    @pytest.mark.parametrize(
        ("messages", "code"),
        [
            ([{"type": "connection_init"}], 4429),
            ([{"type": "nonsense"}], 4400),
            ([{"type": "subscribe", "payload": {"query": QUERY}}], 4400),
            ([{"type": "complete", "id": 7}], 4400),
            ([{"id": "1", "type": "subscribe", "payload": {"query": STREAM}}] * 2, 4409),
        ],
    )
    async def test_what_the_protocol_forbids(
        self, place: str, frontend: dict[str, str], messages: list[dict[str, Any]], code: int
    ) -> None:
        async with socket(place, frontend) as client:
            for message in messages:
                await client.send(**message)
            assert await client.closed() == code

    async def test_no_more_than_twenty_at_once(self, place: str, frontend: dict[str, str]) -> None:
        async with socket(place, frontend) as client:
            for number in range(websocket.MAX_OPERATIONS + 1):
                await client.subscribe(STREAM, operation=str(number))
            refused = await client.receive()
            assert (refused["id"], refused["type"]) == ("20", "error")
            await client.send(id="3", type="complete")
            await client.subscribe(QUERY, operation="20")
            assert await client.next() == {"users": {"edges": []}}

    async def test_a_subscription_is_not_answered_as_json(self, place: str, frontend: dict[str, str]) -> None:
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"http://{place}/graphql", json={"query": STREAM}, headers=frontend)
        assert answer.status_code == 406
        assert "text/event-stream" in answer.json()["error"]["remedy"]

    async def test_queries_and_errors_as_events(self, place: str, frontend: dict[str, str]) -> None:
        async with aclosing(events(place, frontend, QUERY)) as stream:
            assert [one async for one in stream] == [
                ("next", {"data": {"users": {"edges": []}}}),
                ("complete", None),
            ]
        async with httpx.AsyncClient() as client:
            headers = frontend | {"Accept": "text/event-stream"}
            answer = await client.post(f"http://{place}/graphql", json={"query": "{ no }"}, headers=headers)
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.json()["errors"]


class TestAccess:
    async def test_a_revoked_key_ends_its_streams(self, services: Services, place: str, ask: Ask) -> None:
        await bring(services, "u1", "a")
        id_ = await one_id(ask, "u1")
        made = await services.access.create(Role.FRONTEND)
        headers = {"Authorization": f"Bearer {made.key}"}
        async with socket(place, headers) as client, aclosing(events(place, headers, USER, id=id_)) as stream:
            await client.subscribe(USER, id=id_)
            await client.next()
            await anext(stream)
            await AccessService(services.database).revoke(made.id)  # by another process
            services.access._verified.clear()  # pyright: ignore[reportPrivateUsage] - its four seconds are over
            assert await client.closed() == 4401
            name, last = await anext(stream)
            assert name == "next"
            assert last["errors"][0]["extensions"]["code"] == "unauthorized"
            assert await anext(stream) == ("complete", None)
        async with socket(place, headers, init=False) as client:
            await client.send(type="connection_init")
            assert await client.closed() == 4401
