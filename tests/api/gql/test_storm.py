"""More requests than can run: each gets its answer in its turn, and nothing is done for those who have gone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import orjson

from api.app import create_app
from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import headers_of, message, serving

QUESTION = "{ users { edges { node { oneId } } } }"


def one_at_a_time(services: Services) -> Services:
    """The same services, in which one operation runs at a time."""
    return replace(services, settings=services.settings.model_copy(update={"graphql_running": 1}))


async def test_a_storm_is_answered_in_turn(services: Services) -> None:
    await services.writer.write([message({"type": "identify", "userId": "u1", "messageId": "m1"})])
    services = one_at_a_time(services)
    keys = [await headers_of(services, Role.FRONTEND) for _ in range(2)]
    async with serving(services) as client:
        asked = [client.post("/graphql", json={"query": QUESTION}, headers=keys[n % 2]) for n in range(40)]
        answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert {len(answer.json()["data"]["users"]["edges"]) for answer in answers} == {1}


async def test_nothing_is_done_for_who_went_while_waiting(services: Services, admin: dict[str, str]) -> None:
    services = one_at_a_time(services)
    app = create_app(services, follow=False)
    headers = [(b"content-type", b"application/json"), (b"authorization", admin["Authorization"].encode())]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": headers,
    }
    sent: dict[str, list[Any]] = {"stays": [], "goes": []}

    async def ask(name: str, *, leaves: asyncio.Event | None = None) -> None:
        coming = [{"type": "http.request", "body": orjson.dumps({"query": QUESTION}), "more_body": False}]

        async def receive() -> dict[str, Any]:
            if coming:
                return coming.pop()
            await (leaves or asyncio.Event()).wait()
            return {"type": "http.disconnect"}

        async def send(given: Any) -> None:
            sent[name].append(given)

        await app({**scope, "state": {}}, receive, send)

    async with app.router.lifespan_context(app):
        first = asyncio.create_task(ask("stays"))
        leaves = asyncio.Event()
        second = asyncio.create_task(ask("goes", leaves=leaves))
        await asyncio.sleep(0)
        assert not first.done()
        leaves.set()
        await asyncio.gather(first, second)
    assert sent["stays"][0]["status"] == 200
    assert sent["goes"] == []
