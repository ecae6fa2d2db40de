"""All REST doors alike: described whole, open to who may, bounded, and refusing as every door of ours does."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.rest.door import MAX_BODY_BYTES, DoorRoute
from api.rest.openapi import description
from api.rest.routers import ROUTERS
from api.wiring import Services
from graph.access.roles import AVAILABLE, Permission, Role, permissions_of
from tests.api.conftest import headers_of, serving

NEEDS = {
    "GET /v1/ledger/accounts": Permission.READ_LEDGER,
    "GET /v1/ledger/balances": Permission.READ_LEDGER,
    "GET /v1/ledger/statement": Permission.READ_LEDGER,
    "POST /v1/ledger/fund": Permission.PAY_OUT,
    "GET /v1/rewards": Permission.READ_LEDGER,
    "GET /v1/rewards/{key}": Permission.READ_LEDGER,
    "POST /v1/rewards/approve": Permission.MANAGE_PROGRAMMES,
    "POST /v1/rewards/redeem": Permission.PAY_OUT,
    "POST /v1/rewards/reverse": Permission.MANAGE_PROGRAMMES,
    "POST /v1/ledger/payouts/{name}/claims": Permission.PAY_OUT,
    "GET /v1/ledger/payouts/{name}": Permission.PAY_OUT,
    "POST /v1/ledger/payouts/paid": Permission.PAY_OUT,
    "GET /v1/programmes": Permission.READ_LEDGER,
    "GET /v1/programmes/{id}": Permission.READ_LEDGER,
    "POST /v1/programmes/check": Permission.READ_LEDGER,
    "POST /v1/programmes": Permission.MANAGE_PROGRAMMES,
    "POST /v1/programmes/{id}/activities": Permission.MANAGE_PROGRAMMES,
    "POST /v1/programmes/{id}/whatIf": Permission.READ_LEDGER,
    "GET /v1/referrals": Permission.READ_LEDGER,
    "GET /v1/referrals/claims": Permission.READ_LEDGER,
    "POST /v1/referrals/claims": Permission.MANAGE_PROGRAMMES,
    "POST /v1/referrals/claims/decision": Permission.MANAGE_PROGRAMMES,
    "GET /v1/referrals/reviews": Permission.READ_LEDGER,
    "POST /v1/referrals/reviews/decision": Permission.MANAGE_PROGRAMMES,
    "GET /v1/referrals/codes": Permission.READ_LEDGER,
    "POST /v1/referrals/codes": Permission.MANAGE_PROGRAMMES,
    "GET /v1/referrals/codes/{code}": Permission.READ_LEDGER,
    "POST /v1/referrals/codes/{code}/disable": Permission.MANAGE_PROGRAMMES,
    "GET /v1/referrals/codes/{code}/qr": Permission.READ_LEDGER,
    "POST /v1/referrals/codes/{code}/invitations": Permission.MANAGE_PROGRAMMES,
    "GET /v1/referrals/{id}": Permission.READ_LEDGER,
    "POST /v1/referrals/{id}/decision": Permission.MANAGE_PROGRAMMES,
    "POST /v1/console/run": Permission.CONSOLE,
    "DELETE /v1/console/runs/{run}": Permission.CONSOLE,
    "GET /v1/console/schema": Permission.CONSOLE,
    "GET /v1/console/history": Permission.CONSOLE,
    "GET /v1/console/queries": Permission.CONSOLE,
    "POST /v1/console/queries": Permission.CONSOLE,
    "GET /v1/console/queries/{id}": Permission.CONSOLE,
    "PATCH /v1/console/queries/{id}": Permission.CONSOLE,
    "DELETE /v1/console/queries/{id}": Permission.CONSOLE,
    "POST /v1/console/queries/{id}/versions": Permission.CONSOLE,
    "POST /v1/console/queries/{id}/run": Permission.CONSOLE,
    "GET /v1/console/queries/{query}/schedule": Permission.CONSOLE,
    "PUT /v1/console/queries/{query}/schedule": Permission.CONSOLE,
    "DELETE /v1/console/queries/{query}/schedule": Permission.CONSOLE,
    "GET /v1/console/queries/{query}/results": Permission.CONSOLE,
    "GET /v1/console/queries/{query}/results/{id}": Permission.CONSOLE,
    "GET /v1/console/gallery": Permission.CONSOLE,
    "GET /v1/console/gallery/{name}": Permission.CONSOLE,
    "POST /v1/console/gallery/{name}/run": Permission.CONSOLE,
}
"""Who may: a route that is not here fails."""


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services, follow=False)


def routes() -> Iterator[tuple[str, Any]]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, DoorRoute)
            for method in route.methods:
                yield f"{method} {route.path}", route


def test_every_route_is_described(app: FastAPI) -> None:
    assert [name for name, _ in routes()] == list(NEEDS)
    assert set(description(app)["paths"]) == {name.split(" ")[1] for name in NEEDS}
    for name, route in routes():
        assert route.summary, name
        assert route.description, name
        assert route.description[0].isupper(), name
        assert route.response_model is not None or 200 in route.responses, name
        assert {400, 401, 403, 429, 503} <= route.responses.keys(), name


def test_every_parameter_and_field_is_described(app: FastAPI) -> None:
    document: Any = description(app)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["security"], where
            assert "422" not in operation["responses"], where
            for parameter in operation.get("parameters", ()):
                assert parameter["description"], (where, parameter["name"])
            assert all(answer["description"] for answer in operation["responses"].values()), where
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or "enum" in schema, name
        for field, value in schema.get("properties", {}).items():
            assert value.get("description"), (name, field)


async def ask(client: httpx.AsyncClient, name: str, headers: dict[str, str]) -> httpx.Response:
    method, path = name.split(" ")
    return await client.request(
        method,
        path.replace("{", "").replace("}", ""),
        headers=headers | {"Idempotency-Key": "k"},
        json={} if method == "POST" else None,
    )


async def test_who_may_by_route_and_role(services: Services, client: httpx.AsyncClient) -> None:
    """Whoever may is told what else is wrong with the request, which is empty."""
    for role in AVAILABLE:
        dealer = "d-1" if role is Role.DEALER else None
        source = "web" if role is Role.SOURCE else None
        headers = await headers_of(services, role, source=source, dealer=dealer)
        for name, permission in NEEDS.items():
            answer = await ask(client, name, headers)
            may = permission in permissions_of(role)
            assert (answer.status_code == 403) is not may, (role, name, answer.text)
            if not may:
                assert answer.json()["error"]["code"] == "forbidden"


async def test_nobody_without_a_key(client: httpx.AsyncClient) -> None:
    for name in NEEDS:
        for headers in ({}, {"Authorization": "Bearer gx_p_wrong"}, {"Authorization": "Basic eDo="}):
            answer = await ask(client, name, headers)
            assert answer.status_code == 401, name
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="guanxi"'


async def test_a_key_made_for_less_may_less(services: Services, client: httpx.AsyncClient) -> None:
    made = await services.access.create(Role.PROGRAMME, only=frozenset({Permission.READ_LEDGER}))
    headers = {"Authorization": f"Bearer {made.key}"}
    assert (await ask(client, "GET /v1/rewards", headers)).status_code == 200
    assert (await ask(client, "POST /v1/ledger/fund", headers)).status_code == 403


async def test_a_key_asks_so_often(services: Services) -> None:
    settings = services.settings.model_copy(update={"rest_rate": 0.01, "rest_burst": 2.0})
    async with serving(replace(services, settings=settings)) as client:
        headers = await headers_of(services, Role.PROGRAMME)
        answers = [await ask(client, "GET /v1/rewards", headers) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429], "in debt by one at most"
        assert int(answers[3].headers["Retry-After"]) > 0


async def test_what_is_wrong_is_named_and_never_repeated(
    services: Services, client: httpx.AsyncClient
) -> None:
    headers = await headers_of(services, Role.PROGRAMME) | {"Idempotency-Key": "k"}
    body = {"programme": "two-sided", "unit": "CNY", "amount": "13912340001 CNY", "13912340001": 1}
    answer = await client.post("/v1/ledger/fund", json=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "The request's parameters are wrong: body.amount, unknown field in body."
    )
    assert (await client.get("/v1/rewards?first=1000", headers=headers)).json()["error"]["message"] == (
        "The request's parameters are wrong: query.first."
    )
    for content in (b"{", b"[]", b"\xff"):
        wrong = await client.post("/v1/ledger/fund", content=content, headers=headers)
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "bad_input")
    del headers["Idempotency-Key"]
    keyless = await client.post("/v1/ledger/fund", json={}, headers=headers)
    assert "Idempotency-Key" in keyless.text or "body" in keyless.text


async def test_a_body_is_read_no_further_than_its_limit(
    services: Services, client: httpx.AsyncClient
) -> None:
    headers = await headers_of(services, Role.PROGRAMME) | {"Idempotency-Key": "k"}
    large = b" " * (MAX_BODY_BYTES + 1)
    packed = gzip.compress(large)
    for content, more in ((large, {}), (packed, {"Content-Encoding": "gzip"})):
        answer = await client.post("/v1/ledger/fund", content=content, headers=headers | more)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    refused = await client.post("/v1/ledger/fund", content=large)
    assert refused.status_code == 401, "nothing is read for who has no key"


@pytest.mark.parametrize(("env", "admitted"), [("production", [Role.ADMIN]), ("development", AVAILABLE)])
async def test_the_description_is_for_who_may_look_at_the_schema(
    services: Services, env: str, admitted: list[Role]
) -> None:
    settings = services.settings.model_copy(update={"env": env})
    async with serving(replace(services, settings=settings)) as client:
        assert (await client.get("/openapi.json")).status_code == 401
        for role in (Role.ADMIN, Role.PROGRAMME, Role.FRONTEND):
            answer = await client.get("/openapi.json", headers=await headers_of(services, role))
            assert answer.status_code == (200 if role in admitted else 403), role
            if role in admitted:
                assert "/v1/rewards" in answer.json()["paths"]
