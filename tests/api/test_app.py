"""The application around its endpoints: health, errors, request ids, the preset key, the database away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from api.app import create_app
from api.headers import HEADERS
from api.wiring import Services, claim, compose
from graph.access.roles import Role
from graph.db.connect import connect
from graph.db.database import Database
from graph.errors import KeyringError
from graph.privacy.keyring import Keyring
from graph.runtime import Endpoint
from graph.settings import load_settings
from tests.api.conftest import headers_of, serving
from tests.faults import BoltProxy

ASKED = {"query": "{ users { edges { cursor } } }"}


class TestHealth:
    async def test_ready(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready"})

    async def test_not_before_it_is_prepared(self, services: Services) -> None:
        transport = httpx.ASGITransport(create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://guanxi.test") as client:
            assert (await client.get("/healthz")).status_code == 200
            answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["reason"] == "starting or stopping"

    async def test_not_with_another_keyring(self, client: httpx.AsyncClient, services: Services) -> None:
        await services.database.run_schema("CYPHER 5 MATCH (i:Installation) SET i.keyringId = 'another'")
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["reason"]) == (503, "keyring")
        await services.database.run_schema(
            "CYPHER 5 MATCH (i:Installation) SET i.keyringId = $id", id=services.keyring.id
        )

    async def test_not_with_pending_migrations(self, client: httpx.AsyncClient, services: Services) -> None:
        rows = await services.database.run_schema(
            "CYPHER 5 MATCH (m:Migration) WITH m ORDER BY m.version DESC LIMIT 1"
            " WITH m, properties(m) AS kept DELETE m RETURN kept"
        )
        answer = await client.get("/readyz")
        await services.database.run_schema(
            "CYPHER 5 CREATE (m:Migration) SET m = $kept", kept=rows[0]["kept"]
        )
        assert (answer.status_code, answer.json()["reason"]) == (503, "migration")
        assert (await client.get("/readyz")).status_code == 200

    async def test_a_check_leaves_nothing(self, client: httpx.AsyncClient, services: Services) -> None:
        before = await services.database.run_schema("CYPHER 5 MATCH (n) RETURN count(n) AS n")
        await client.get("/readyz")
        assert await services.database.run_schema("CYPHER 5 MATCH (n) RETURN count(n) AS n") == before


async def test_the_graph_belongs_to_one_keyring(
    database: Database, keyring: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await claim(database, keyring)
    await claim(database, keyring)
    with (
        Keyring.open(load_settings(data_dir=tmp_path_factory.mktemp("other"))) as other,
        pytest.raises(KeyringError, match="belongs to keyring"),
    ):
        await claim(database, other)


async def test_the_preset_admin_key(services: Services) -> None:
    settings = services.settings.model_copy(update={"admin_key": SecretStr("preset-for-containers")})
    async with serving(replace(services, settings=settings)) as client:
        headers = {"Authorization": "Bearer preset-for-containers"}
        assert (await client.post("/graphql", json=ASKED, headers=headers)).status_code == 200


class TestErrors:
    async def test_an_unknown_address(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/nowhere/13812345678?phone=13812345678")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"
        assert "138" not in answer.text

    async def test_a_request_id(self, client: httpx.AsyncClient) -> None:
        for given in ("abc-1.2_3", "x" * 64):
            assert (await client.get("/healthz", headers={"X-Request-Id": given})).headers[
                "x-request-id"
            ] == given
        for given in ("", "x" * 65, "a b", "<script>", "a;b"):
            made = (await client.get("/healthz", headers={"X-Request-Id": given})).headers["x-request-id"]
            assert made != given
            assert len(made) == 36

    @pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/graphql", "/v1/track"])
    async def test_every_answer_has_the_security_headers(self, client: httpx.AsyncClient, path: str) -> None:
        """Refusals, too: they are what a page that may not ask is shown."""
        for answer in (await client.get(path), await client.post(path, content=b"{")):
            for name, value in HEADERS:
                assert answer.headers.get_list(name.decode()) == [value.decode()], answer.request.method

    async def test_another_page_may_read_no_answer(self, client: httpx.AsyncClient) -> None:
        origin = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
        for answer in (
            await client.options("/graphql", headers=origin),
            await client.post("/graphql", json={"query": "{ __typename }"}, headers=origin),
        ):
            assert answer.status_code >= 400
            assert not [name for name in answer.headers if name.startswith("access-control-")]

    async def test_no_documentation_pages_from_a_network(self, client: httpx.AsyncClient) -> None:
        for path in ("/docs", "/redoc"):
            assert (await client.get(path)).status_code == 404


@pytest.fixture
async def proxy(endpoint: Endpoint) -> AsyncIterator[BoltProxy]:
    async with BoltProxy(int(endpoint.uri.rpartition(":")[2])) as made:
        yield made


async def test_the_database_away(services: Services, proxy: BoltProxy, endpoint: Endpoint) -> None:
    headers = await headers_of(services, Role.ADMIN)
    driver = await connect(replace(endpoint, uri=f"bolt://127.0.0.1:{proxy.port}"))
    far = compose(
        services.settings,
        Database(driver, name=endpoint.database),
        keyring=services.keyring,
        rules=services.rules,
    )
    async with serving(far) as client:
        assert (await client.post("/graphql", json=ASKED, headers=headers)).status_code == 200
        await proxy.cut()
        for limit in (5.0, 0.5, 0.5):
            started = time.monotonic()
            answer = await client.post("/graphql", json=ASKED, headers=headers)
            assert time.monotonic() - started < limit
            assert answer.status_code == 503
            assert 1 <= int(answer.headers["retry-after"]) <= 60
            assert answer.json()["error"]["code"] == "database_unavailable"
            assert "127.0.0.1" not in answer.text
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200
        await proxy.restore()
        async with asyncio.timeout(20):
            while (await client.post("/graphql", json=ASKED, headers=headers)).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert (await client.get("/readyz")).status_code == 200
    await driver.close()
