"""`/v1/console/queries`: who sees what, versions that stay, runs over defaults, and what is refused."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import headers_of

QUERIES = "/v1/console/queries"
TIMES = "UNWIND range(1, $n) AS x RETURN x * $times AS y"
ERROR_FIELDS = ["code", "message", "line", "column", "hint"]

Headers = dict[str, str]


@pytest.fixture
async def ann(services: Services) -> Headers:
    """Headers of an analyst."""
    return await headers_of(services, Role.ANALYST)


@pytest.fixture
async def bob(services: Services) -> Headers:
    """Headers of another analyst."""
    return await headers_of(services, Role.ANALYST)


def fresh() -> Headers:
    return {"Idempotency-Key": str(uuid4())}


async def save(client: httpx.AsyncClient, headers: Headers, **more: Any) -> dict[str, Any]:
    """A query that was saved."""
    body = {"name": "Times", "statement": TIMES, "parameters": {"n": 3, "times": 2}} | more
    answer = await client.post(QUERIES, json=body, headers=fresh() | headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rows_of(client: httpx.AsyncClient, path: str, headers: Headers, **body: Any) -> list[Any]:
    """The rows of a run to its end."""
    answer = await client.post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    _, *rows, last = (orjson.loads(line) for line in answer.text.splitlines())
    assert last["summary"]["rows"] == len(rows)
    return rows


async def test_a_query_is_kept_and_found_again(client: httpx.AsyncClient, ann: Headers) -> None:
    made = await save(client, ann, name="  每月 orders ", description="for Monday")
    assert (made["name"], made["description"]) == ("每月 orders", "for Monday")
    assert (made["mine"], made["sharing"], made["newest"], made["version"]) == (True, "private", 1, 1)
    assert (made["statement"], made["parameters"]) == (TIMES, {"n": 3, "times": 2})
    assert [version["version"] for version in made["versions"]] == [1]
    assert (await client.get(f"{QUERIES}/{made['id']}", headers=ann)).json() == made


async def test_a_run_takes_defaults_and_what_is_given_over_them(
    client: httpx.AsyncClient, ann: Headers
) -> None:
    path = f"{QUERIES}/{(await save(client, ann))['id']}/run"
    assert await rows_of(client, path, ann) == [[2], [4], [6]]
    assert await rows_of(client, path, ann, parameters={"times": 10, "n": 1}) == [[10]]
    assert await rows_of(client, path, ann, parameters={"times": None, "n": 1}) == [[None]]
    assert (await client.post(path, headers=ann)).text.splitlines()[1:4] == ["[2]", "[4]", "[6]"]
    unknown = await client.post(path, json={"parameters": {"tiems": 10}}, headers=ann)
    assert (unknown.status_code, list(unknown.json()["error"])) == (400, ERROR_FIELDS)
    assert "tiems" in unknown.json()["error"]["message"]


async def test_a_parameter_without_a_default_must_be_given(client: httpx.AsyncClient, ann: Headers) -> None:
    path = f"{QUERIES}/{(await save(client, ann, parameters={'n': 2}))['id']}/run"
    missing = await client.post(path, json={}, headers=ann)
    assert (missing.status_code, missing.json()["error"]["code"]) == (400, "missing_parameter")
    assert await rows_of(client, path, ann, parameters={"times": 5}) == [[5], [10]]


async def test_a_version_never_changes(client: httpx.AsyncClient, ann: Headers) -> None:
    first = await save(client, ann)
    path = f"{QUERIES}/{first['id']}"
    for number in (2, 3, 4):
        body = {"statement": f"RETURN {number} AS x", "parameters": {}}
        made = await client.post(f"{path}/versions", json=body, headers=ann | fresh())
        assert (made.json()["newest"], made.json()["version"]) == (number, number)
    await client.patch(path, json={"name": "Other", "sharing": "team"}, headers=ann)
    newest = (await client.get(path, headers=ann)).json()
    assert (newest["name"], newest["statement"]) == ("Other", "RETURN 4 AS x")
    assert [version["version"] for version in newest["versions"]] == [1, 2, 3, 4]
    old = (await client.get(f"{path}?version=1", headers=ann)).json()
    assert (old["version"], old["statement"], old["parameters"]) == (1, TIMES, {"n": 3, "times": 2})
    assert old["versions"][0] == first["versions"][0]
    assert await rows_of(client, f"{path}/run?version=1", ann) == [[2], [4], [6]]
    assert await rows_of(client, f"{path}/run?version=2", ann) == [[2]]
    assert await rows_of(client, f"{path}/run", ann) == [[4]]
    assert (await client.get(f"{path}?version=5", headers=ann)).status_code == 404
    assert (await client.post(f"{path}/run?version=5", json={}, headers=ann)).status_code == 404


async def test_versions_that_come_at_once_have_numbers_of_their_own(
    client: httpx.AsyncClient, ann: Headers
) -> None:
    path = f"{QUERIES}/{(await save(client, ann))['id']}"
    answers = await asyncio.gather(
        *(
            client.post(f"{path}/versions", json={"statement": f"RETURN {n} AS x"}, headers=ann | fresh())
            for n in range(8)
        )
    )
    assert sorted(answer.json()["version"] for answer in answers) == list(range(2, 10))
    for answer in answers:
        told = answer.json()
        again = (await client.get(f"{path}?version={told['version']}", headers=ann)).json()
        assert again["statement"] == told["statement"]


async def test_private_queries_of_others_are_not_found(
    services: Services, client: httpx.AsyncClient, ann: Headers, bob: Headers
) -> None:
    made = await save(client, ann)
    path = f"{QUERIES}/{made['id']}"
    change = {"statement": "RETURN 1 AS x"}
    nothing = await client.get(f"{QUERIES}/{uuid4()}", headers=bob)
    assert nothing.status_code == 404
    for answer in (
        await client.get(path, headers=bob),
        await client.patch(path, json={"sharing": "team"}, headers=bob),
        await client.delete(path, headers=bob),
        await client.post(f"{path}/versions", json=change, headers=bob | fresh()),
        await client.post(f"{path}/run", json={}, headers=bob),
    ):
        assert answer.status_code == 404, answer.text
        assert answer.json() == nothing.json(), "nothing tells that it exists"
    assert (await client.get(QUERIES, headers=bob)).json()["items"] == []
    admin = await headers_of(services, Role.ADMIN)
    assert (await client.get(path, headers=admin)).json()["mine"] is False


async def test_what_is_shared_is_run_by_all_and_changed_by_its_owner(
    client: httpx.AsyncClient, ann: Headers, bob: Headers
) -> None:
    path = f"{QUERIES}/{(await save(client, ann, sharing='team'))['id']}"
    (seen,) = (await client.get(QUERIES, headers=bob)).json()["items"]
    assert (seen["name"], seen["mine"], seen["sharing"]) == ("Times", False, "team")
    assert await rows_of(client, f"{path}/run", bob, parameters={"n": 1}) == [[2]]
    for answer in (
        await client.patch(path, json={"name": "Mine"}, headers=bob),
        await client.delete(path, headers=bob),
        await client.post(f"{path}/versions", json={"statement": "RETURN 1 AS x"}, headers=bob | fresh()),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    taken = await client.patch(path, json={"sharing": "private"}, headers=ann)
    assert taken.json()["sharing"] == "private"
    assert (await client.get(path, headers=bob)).status_code == 404


async def test_what_is_deleted_is_gone_for_all(
    services: Services, client: httpx.AsyncClient, ann: Headers, bob: Headers
) -> None:
    mine = f"{QUERIES}/{(await save(client, ann, sharing='team'))['id']}"
    other = f"{QUERIES}/{(await save(client, bob))['id']}"
    admin = await headers_of(services, Role.ADMIN)
    assert (await client.delete(mine, headers=ann)).json()["deleted"] is True
    assert (await client.delete(other, headers=admin)).json()["deleted"] is True
    for path in (mine, other):
        for headers in (ann, bob, admin):
            assert (await client.get(path, headers=headers)).status_code == 404
            assert (await client.post(f"{path}/run", json={}, headers=headers)).status_code == 404
    assert (await client.get(QUERIES, headers=ann)).json()["items"] == []
    stored = await services.database.run_schema(
        "CYPHER 5 MATCH (q:SavedQuery)-[:HAS_VERSION]->(v) WHERE q.deletedAt > 0 RETURN count(v) AS kept"
    )
    assert stored[0]["kept"] == 2


async def test_the_list_goes_on_page_by_page(client: httpx.AsyncClient, ann: Headers, bob: Headers) -> None:
    wanted = set[str]()
    for number in range(4):
        wanted.add((await save(client, ann, name=f"mine {number}"))["id"])
        wanted.add((await save(client, bob, name=f"shared {number}", sharing="team"))["id"])
        await save(client, bob, name=f"private {number}")
    wanted.add((await save(client, ann, name="both", sharing="team"))["id"])
    found: list[str] = []
    after = ""
    while True:
        page = (await client.get(f"{QUERIES}?first=2{after}", headers=ann)).json()
        found += [query["id"] for query in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(found) == found
    assert (set(found), len(found)) == (wanted, len(wanted))
    assert (await client.get(f"{QUERIES}?after=x", headers=ann)).status_code == 400


async def test_sent_again_it_is_kept_once(client: httpx.AsyncClient, ann: Headers, bob: Headers) -> None:
    key = {"Idempotency-Key": "same"}
    first = await save(client, ann | key)
    again = await save(client, ann | key, name="Other")
    assert again == first
    other = await save(client, bob | key)
    assert other["id"] != first["id"], "keys are each caller's own"
    path = f"{QUERIES}/{first['id']}/versions"
    made = [
        (await client.post(path, json={"statement": f"RETURN {n} AS x"}, headers=ann | key)).json()
        for n in range(2)
    ]
    assert made[0] == made[1]
    assert made[0]["newest"] == 2
    body = {"name": "x", "statement": "RETURN 1 AS x"}
    assert (await client.post(QUERIES, json=body, headers=ann)).status_code == 400


@pytest.mark.parametrize(
    ("statement", "status", "code", "line", "column"),
    [
        ("MATCH (n)\n  RETRUN n", 400, "syntax", 2, 3),
        ("MATCH (n) DETACH DELETE n", 403, "writes", None, None),
        ("MATCH (n)\nLOAD CSV FROM 'x' AS r RETURN r", 403, "command", 2, 1),
        ("RETURN apoc.version() AS x", 403, "function", 1, 8),
        ("", 400, "statement", None, None),
    ],
)
async def test_what_could_not_run_is_not_kept(
    client: httpx.AsyncClient,
    ann: Headers,
    statement: str,
    status: int,
    code: str,
    line: int | None,
    column: int | None,
) -> None:
    made = await save(client, ann)
    body = {"name": "Bad", "statement": statement}
    ran = await client.post("/v1/console/run", json={"statement": statement}, headers=ann)
    for path in (QUERIES, f"{QUERIES}/{made['id']}/versions"):
        sent = body if path == QUERIES else {"statement": statement}
        answer = await client.post(path, json=sent, headers=ann | fresh())
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (status, code), answer.text
        assert (error["line"], error["column"]) == (line, column)
        assert error == ran.json()["error"]
    assert (await client.get(f"{QUERIES}/{made['id']}", headers=ann)).json() == made
    assert len((await client.get(QUERIES, headers=ann)).json()["items"]) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "two\nlines"},
        {"name": "x" * 121},
        {"description": "x" * 2_001},
        {"sharing": "world"},
        {"parameters": {"other": 1}},
        {"parameters": {"n": 2**70}},
        {"parameters": {"n": "x" * 100_001}},
        {"unknown": 1},
    ],
)
async def test_what_is_wrong_is_refused(
    client: httpx.AsyncClient, ann: Headers, wrong: dict[str, Any]
) -> None:
    body = {"name": "Times", "statement": TIMES} | wrong
    answer = await client.post(QUERIES, json=body, headers=ann | fresh())
    assert (answer.status_code, list(answer.json()["error"])) == (400, ERROR_FIELDS), answer.text
    assert (await client.get(QUERIES, headers=ann)).json()["items"] == []


async def test_nobody_reads_a_private_query_by_the_console_itself(
    services: Services, client: httpx.AsyncClient, ann: Headers, bob: Headers
) -> None:
    canary = "canary13912340001"
    made = await save(
        client, ann, name=canary, description=canary,
        statement=f"MATCH (n:Profile {{city: '{canary}'}}) RETURN n, $p AS p", parameters={"p": canary},
    )  # fmt: skip
    for statement in (
        "MATCH (q:SavedQuery)-[h]->(v) RETURN q, h, v, properties(q) AS a, properties(v) AS b, v.content AS c",
        "MATCH (q:SavedQuery) RETURN [k IN keys(q) | q[k]] AS all",
    ):
        answer = await client.post("/v1/console/run", json={"statement": statement}, headers=bob)
        assert answer.status_code == 200
        assert made["id"] in answer.text
        assert canary not in answer.text
    stored = await services.database.run_schema(
        "CYPHER 5 MATCH (n) WHERE n:SavedQuery OR n:SavedQueryVersion RETURN properties(n) AS it"
    )
    assert len(stored) == 2
    assert canary not in str(stored)


async def test_history_is_the_callers_own(
    services: Services, client: httpx.AsyncClient, ann: Headers, bob: Headers
) -> None:
    made = await save(client, ann)
    await rows_of(client, f"{QUERIES}/{made['id']}/run", ann)
    await client.post("/v1/console/run", json={"statement": "RETURN 1 / 0 AS x"}, headers=ann)
    await client.post("/v1/console/run", json={"statement": "CREATE (n) RETURN n"}, headers=ann)
    await client.post("/v1/console/run", json={"statement": "RETURN 'bob' AS x"}, headers=bob)
    await services.audit.drain()
    first = (await client.get("/v1/console/history?first=2", headers=ann)).json()
    second = (await client.get(f"/v1/console/history?first=2&after={first['next']}", headers=ann)).json()
    past = first["items"] + second["items"]
    assert second["next"] is None
    assert [(one["statement"], one["outcome"], one["rows"]) for one in past] == [
        ("CREATE (n) RETURN n", "writes", 0),
        ("RETURN 1 / 0 AS x", "arithmetic", 0),
        (TIMES, "done", 3),
    ]
    assert past[2]["parameters"] == ["n", "times"]
    assert all(one["seconds"] > 0 and one["at"].endswith("Z") for one in past)
    assert (await client.get("/v1/console/history?after=x", headers=ann)).status_code == 400


async def test_a_rotated_key_has_what_it_had(
    services: Services, client: httpx.AsyncClient, bob: Headers
) -> None:
    old = await services.access.create(Role.ANALYST)
    before = {"Authorization": f"Bearer {old.key}"}
    made = await save(client, before)
    path = f"{QUERIES}/{made['id']}"
    await rows_of(client, f"{path}/run", before)
    new = await services.access.rotate(old.id)
    after = {"Authorization": f"Bearer {new.key}"}
    assert (await client.get(path, headers=before)).status_code == 401
    assert (await client.get(path, headers=after)).json() == made
    assert [one["id"] for one in (await client.get(QUERIES, headers=after)).json()["items"]] == [made["id"]]
    changed = await client.patch(path, json={"name": "Still mine"}, headers=after)
    assert (changed.json()["name"], changed.json()["mine"]) == ("Still mine", True)
    body = {"statement": TIMES, "parameters": {"n": 1}}
    version = await client.post(f"{path}/versions", json=body, headers=fresh() | after)
    assert [one["by"] for one in version.json()["versions"]] == [old.id, new.id]
    await services.audit.drain()
    history = (await client.get("/v1/console/history", headers=after)).json()["items"]
    assert [one["statement"] for one in history] == [TIMES]
    assert (await client.get(path, headers=bob)).status_code == 404
    assert (await client.delete(path, headers=after)).is_success
    assert (await client.get(path, headers=after)).status_code == 404
