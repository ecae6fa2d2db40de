"""The endpoint by the GraphQL-over-HTTP specification; access first."""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import NOW, Lines, headers_of, serving

ASKED = {"query": "{ users { edges { cursor } } }"}
EMPTY = {"data": {"users": {"edges": []}}}
RESPONSE_JSON = "application/graphql-response+json"
INTROSPECTION = {"query": "{ __schema { types { name } } }"}
INTROSPECTING = (
    "{ __schema { types { name } } }",
    '{ __type(name: "User") { name } }',
    '{ mine: __type(name: "User") { fields { name } } }',
    '{ ...F } fragment F on Query { __type(name: "User") { name } }',
    '{ ... @include(if: true) { ... on Query { __type(name: "User") { name } } } }',
    'query ($no: Boolean = false) { __type(name: "User") @include(if: $no) { name } __typename }',
    "{ _service { sdl } }",
)
"""Ways to look at the schema; `__typename` of what one asked for is none."""


class TestWhoMayAsk:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": ""},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer gx_a_nobody-nobody-nobody"},
            {"Authorization": "Basic Z3hfYV94Og=="},
            {"Authorization": "Bearer " + "x" * 5_000},
            {"X-Api-Key": "gx_a_nobody-nobody-nobody"},
        ],
    )
    async def test_a_stranger(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        answer = await client.post("/graphql", json=ASKED, headers=headers)

        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["error"]["code"] == "unauthorized"
        assert "guanxi key create" in answer.json()["error"]["remedy"]

    async def test_a_key_in_the_address_is_no_key(
        self, client: httpx.AsyncClient, admin: dict[str, str]
    ) -> None:
        key = admin["Authorization"].split()[1]
        answer = await client.post(f"/graphql?key={key}&access_token={key}", json=ASKED)
        assert answer.status_code == 401

    async def test_a_revoked_key(self, client: httpx.AsyncClient, services: Services) -> None:
        made = await services.access.create(Role.ADMIN)
        headers = {"Authorization": f"Bearer {made.key}"}
        assert (await client.post("/graphql", json=ASKED, headers=headers)).status_code == 200
        await services.access.revoke(made.id)
        assert (await client.post("/graphql", json=ASKED, headers=headers)).status_code == 401

    async def test_a_source_learns_nothing_of_its_document(
        self, client: httpx.AsyncClient, services: Services
    ) -> None:
        headers = await headers_of(services, Role.SOURCE, source="web")
        for query in ("{ nonsense", "{ users { nonsense } }", "{ __typename }"):
            answer = await client.post("/graphql", json={"query": query}, headers=headers)
            assert answer.status_code == 403
            assert answer.json()["error"]["message"] == "A key of role source may not query people."


class TestBodies:
    @pytest.mark.parametrize(
        "content_type",
        [
            None,
            "",
            "text/plain",
            "text/plain;application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/graphql",
            "application/json; charset=gbk",
            "application/jsonp",
        ],
    )
    async def test_only_json_is_taken(
        self, client: httpx.AsyncClient, admin: dict[str, str], content_type: str | None
    ) -> None:
        headers = admin | ({"Content-Type": content_type} if content_type is not None else {})
        answer = await client.post("/graphql", content=b'{"query":"{__typename}"}', headers=headers)
        assert answer.status_code == 415
        assert answer.json()["error"]["code"] == "unsupported_media_type"

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"", "not JSON"),
            (b"{", "not JSON: line 1"),
            (b'{"query": "{__typename}",}', "not JSON"),
            (b'\xef\xbb\xbf{"query": "{__typename}"}', "not JSON"),
            (b'{"query": "\xff"}', "not JSON"),
            (b'{"query": NaN}', "not JSON"),
            (b"[]", "not a JSON object"),
            (b'[{"query": "{__typename}"}]', "not a JSON object"),
            (b"null", "not a JSON object"),
            (b"{}", "`query`"),
            (b'{"query": ""}', "`query`"),
            (b'{"query": 1}', "`query`"),
            (b'{"query": "{__typename}", "variables": "x"}', "`variables`"),
            (b'{"query": "{__typename}", "variables": []}', "`variables`"),
            (b'{"query": "{__typename}", "operationName": 1}', "`operationName`"),
            (b'{"query": "{__typename}", "extensions": 1}', "`extensions`"),
            (b"[" * 10_000, "not JSON"),
        ],
    )
    async def test_a_wrong_body(
        self, client: httpx.AsyncClient, admin: dict[str, str], body: bytes, says: str
    ) -> None:
        headers = admin | {"Content-Type": "application/json"}
        answer = await client.post("/graphql", content=body, headers=headers)
        assert answer.status_code == 400
        assert says in answer.json()["error"]["message"]

    async def test_a_large_body(self, client: httpx.AsyncClient, admin: dict[str, str]) -> None:
        headers = admin | {"Content-Type": "application/json; charset=UTF-8"}
        within = b'{"query":"{__typename}"}'
        assert (await client.post("/graphql", content=within.ljust(256 * 1024), headers=headers)).json() == {
            "data": {"__typename": "Query"}
        }
        answer = await client.post("/graphql", content=within.ljust(256 * 1024 + 1), headers=headers)
        assert answer.status_code == 413

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
    async def test_only_post(self, client: httpx.AsyncClient, admin: dict[str, str], method: str) -> None:
        """In production; so there is no page to try queries in, either."""
        for accept in ("text/html", "application/json", "text/event-stream"):
            headers = admin | {"Accept": accept}
            answer = await client.request(method, "/graphql", params=ASKED, headers=headers)
            assert answer.status_code == 405
            assert "POST" in answer.headers["allow"]
            assert "<" not in answer.text


class TestAnswers:
    @pytest.mark.parametrize(
        ("accept", "media"),
        [
            (None, "application/json"),
            ("*/*", "application/json"),
            ("application/*", "application/json"),
            ("application/json", "application/json"),
            (RESPONSE_JSON, RESPONSE_JSON),
            (f"{RESPONSE_JSON}, application/json;q=0.9", RESPONSE_JSON),
            ("text/html, */*;q=0.1", "application/json"),
        ],
    )
    async def test_media_types(
        self, client: httpx.AsyncClient, admin: dict[str, str], accept: str | None, media: str
    ) -> None:
        headers = admin | ({"Accept": accept} if accept else {})
        answer = await client.post("/graphql", json=ASKED, headers=headers)
        assert answer.json() == EMPTY
        assert answer.headers["content-type"] == f"{media}; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*"])
    async def test_nothing_acceptable(
        self, client: httpx.AsyncClient, admin: dict[str, str], accept: str
    ) -> None:
        answer = await client.post("/graphql", json=ASKED, headers=admin | {"Accept": accept})
        assert answer.status_code == 406

    @pytest.mark.parametrize(
        "asked",
        [
            {"query": "{"},
            {"query": "{ nonsense }"},
            {"query": "mutation { user }"},
            {"query": "subscription { user }"},
            {"query": "query A { __typename } query B { __typename }"},
            {"query": "query A { __typename }", "operationName": "B"},
            {"query": "fragment F on User { id }"},
        ],
    )
    async def test_a_wrong_document(
        self, client: httpx.AsyncClient, admin: dict[str, str], asked: dict[str, Any]
    ) -> None:
        old = await client.post("/graphql", json=asked, headers=admin | {"Accept": "application/json"})
        new = await client.post("/graphql", json=asked, headers=admin | {"Accept": RESPONSE_JSON})
        assert (old.status_code, new.status_code) == (200, 400)
        assert old.json() == new.json()
        assert "data" not in old.json()
        assert old.json()["errors"][0]["extensions"]["code"] == "graphql"

    async def test_a_named_operation(self, client: httpx.AsyncClient, admin: dict[str, str]) -> None:
        asked = {
            "query": "query A { a: __typename } query B { b: __typename }",
            "operationName": "B",
            "variables": None,
            "extensions": {},
        }
        assert (await client.post("/graphql", json=asked, headers=admin)).json() == {"data": {"b": "Query"}}

    @pytest.mark.parametrize("variables", [{}, {"id": None}, {"id": {}}, {"id": [1, 2]}, {"id": True}])
    async def test_wrong_variables(
        self, client: httpx.AsyncClient, admin: dict[str, str], variables: dict[str, Any]
    ) -> None:
        asked = {"query": "query ($id: ID!) { user(oneId: $id) { id } }", "variables": variables}
        body = (await client.post("/graphql", json=asked, headers=admin)).json()
        assert "$id" in body["errors"][0]["message"]

    async def test_what_fails_inside_is_masked_with_an_id_that_the_log_has(
        self, client: httpx.AsyncClient, admin: dict[str, str], services: Services, lines: Lines
    ) -> None:
        created = (
            "CYPHER 5 CREATE (p:Profile {id: 'p', birthId: 'b', recordKey: 'r', source: 's',"
            " recordId: $damaged, recordedAt: 1})-[:RESOLVED_TO {from: 1}]->(:User {oneId: 'b', recordedAt: 1})"
        )
        [key] = services.keyring.allot([("s", "r")])
        await services.database.run_schema(
            created.replace("id: 'p'", "id: $id"), id=key.profile_id, damaged=b"x" * 40
        )
        asked = {"query": '{ user(oneId: "b") { profiles { recordId } } }'}
        answer = await client.post("/graphql", json=asked, headers=admin | {"X-Request-Id": "my-id.1"})
        [error] = answer.json()["errors"]
        assert error["message"] == "Something went wrong inside."
        assert "my-id.1" in error["extensions"]["remedy"]
        assert key.profile_id not in answer.text
        failed = [line for line in lines.read_all() if line["event"] == "field.failed"]
        assert [line["request_id"] for line in failed] == ["my-id.1"]
        await services.database.run_schema("CYPHER 5 MATCH (n:Profile|User) DETACH DELETE n")


class TestIntrospection:
    async def test_it_is_for_admins_in_production(
        self, client: httpx.AsyncClient, admin: dict[str, str], frontend: dict[str, str]
    ) -> None:
        for query in INTROSPECTING:
            answer = (await client.post("/graphql", json={"query": query}, headers=frontend)).json()
            assert [error["message"][:20] for error in answer["errors"]] == ["Introspection is off"], query
            assert "data" not in answer
            told = (await client.post("/graphql", json={"query": query}, headers=admin)).json()
            assert "errors" not in told, query
        named = {"query": "query Mine { __typename } query Schema { __schema { description } }"}
        answer = await client.post("/graphql", json=named | {"operationName": "Mine"}, headers=frontend)
        assert "data" not in answer.json()

    async def test_the_standard_query_passes(self, client: httpx.AsyncClient, admin: dict[str, str]) -> None:
        from graphql import get_introspection_query

        answer = await client.post("/graphql", json={"query": get_introspection_query()}, headers=admin)
        assert "errors" not in answer.json()

    async def test_development(self, services: Services) -> None:
        from dataclasses import replace

        settings = services.settings.model_copy(update={"env": "development"})
        headers = await headers_of(services, Role.FRONTEND)
        async with serving(replace(services, settings=settings)) as client:
            assert "data" in (await client.post("/graphql", json=INTROSPECTION, headers=headers)).json()
            page = await client.get("/graphql", headers={"Accept": "text/html,*/*"})
            assert page.status_code == 200
            assert "<textarea" in page.text
            assert "//" not in page.text.replace("<!doctype", "")
            assert "default-src 'none'" in page.headers["content-security-policy"]
            for accept in ("*/*", "application/json", "text/event-stream"):
                asked = await client.get("/graphql", params=ASKED, headers=headers | {"Accept": accept})
                assert asked.status_code == 405, accept
            shown = await client.get("/graphql", params=ASKED, headers=headers | {"Accept": "text/html"})
            assert shown.text == page.text  # the page, and no answer


class TestCost:
    async def test_each_answer_says_what_it_cost_and_what_is_left(self, services: Services) -> None:
        headers = await headers_of(services, Role.FRONTEND)
        async with serving(dataclasses.replace(services, clock=lambda: NOW)) as client:
            first = await client.post("/graphql", json=ASKED, headers=headers)
            wrong = await client.post("/graphql", json={"query": "{ nobody }"}, headers=headers)
        assert first.headers["graphql-cost"] == "91"
        assert first.headers["ratelimit-limit"] == "500000"
        assert "graphql-cost" not in wrong.headers
        left = [int(answer.headers["ratelimit-remaining"]) for answer in (first, wrong)]
        assert left == [500_000 - 91, 500_000 - 91 - 50]
        assert wrong.headers["ratelimit-reset"] == "1"

    async def test_what_may_cost_too_much_is_not_run(
        self, client: httpx.AsyncClient, admin: dict[str, str]
    ) -> None:
        query = (
            "query ($n: Int) { users(first: $n) { edges { node { golden { alternatives { value } } } } } }"
        )
        body = {"query": query, "variables": {"n": 1_000}}
        answer = await client.post("/graphql", json=body, headers=admin | {"Accept": RESPONSE_JSON})
        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        assert error["message"] == "The request may cost 212051 points; 50000 is the most. Ask for less."

    async def test_a_key_without_points_waits_and_others_do_not(self, services: Services) -> None:
        slow = services.settings.model_copy(update={"graphql_rate": 10.0, "graphql_burst": 100.0})
        now = [NOW]
        async with serving(dataclasses.replace(services, settings=slow, clock=lambda: now[0])) as client:
            mine, theirs = [await headers_of(services, Role.FRONTEND) for _ in range(2)]
            spent = [await client.post("/graphql", json=ASKED, headers=mine) for _ in range(3)]
            assert [answer.status_code for answer in spent] == [200, 200, 429]
            assert spent[2].json()["error"]["code"] == "rate_limited"
            assert spent[2].headers["retry-after"] == "9"
            assert (await client.post("/graphql", json=ASKED, headers=theirs)).status_code == 200
            now[0] += 9_000_000
            assert (await client.post("/graphql", json=ASKED, headers=mine)).status_code == 200
