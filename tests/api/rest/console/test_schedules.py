"""`/v1/console/queries/{query}/schedule` and `/results`: who sets, who sees, files as they are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.wiring import Services, claim, compose
from graph.access.roles import Role
from graph.clock import DAY, isoformat
from graph.db.database import Database
from graph.feed.follow import catch_up
from graph.identity.rules import Rules
from graph.privacy.keyring import Keyring
from graph.settings import Settings
from tests.api.conftest import NOW, headers_of
from tests.api.rest.console.test_queries import ERROR_FIELDS, QUERIES, fresh, save

DAILY = {"cron": "0 6 * * *", "timeZone": "Asia/Shanghai"}

Headers = dict[str, str]


class SetClock:
    """Stands still until it is set forward."""

    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def services(
    settings: Settings, database: Database, keyring: Keyring, rules: Rules, clock: SetClock, tmp_path: Path
) -> Services:
    """The services on the test's clock, with files of their own."""
    await claim(database, keyring)
    own = settings.model_copy(update={"keyring_path": tmp_path / "keyring.sqlite"})
    return compose(own, database, keyring=keyring, rules=rules, clock=clock)


@pytest.fixture
async def ann(services: Services) -> Headers:
    """Headers of an analyst."""
    return await headers_of(services, Role.ANALYST)


@pytest.fixture
async def bob(services: Services) -> Headers:
    """Headers of another analyst."""
    return await headers_of(services, Role.ANALYST)


async def scheduled(
    client: httpx.AsyncClient, headers: Headers, *, sharing: str = "private", **more: Any
) -> str:
    """The path of a query that has a schedule."""
    path = f"{QUERIES}/{(await save(client, headers, sharing=sharing))['id']}"
    answer = await client.put(f"{path}/schedule", json=DAILY | more, headers=headers)
    assert answer.status_code == 200, answer.text
    return path


async def run_due(services: Services, clock: SetClock, *, days: int = 1) -> None:
    """Let days pass, each with what is due then."""
    for _ in range(days):
        clock.now += DAY
        await catch_up(services.scheduled)


async def test_a_schedule_is_set_read_and_taken_away(
    services: Services, client: httpx.AsyncClient, ann: Headers
) -> None:
    made = await save(client, ann)
    path = f"{QUERIES}/{made['id']}/schedule"
    nothing = await client.get(path, headers=ann)
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (404, "schedule_not_found")
    body = DAILY | {"format": "parquet", "parameters": {"n": 5}, "keep": 3}
    told = (await client.put(path, json=body, headers=ann)).json()
    assert told == body | {
        "query": made["id"],
        "by": made["owner"],
        "since": isoformat(NOW),
        "nextAt": "2026-11-18T22:00:00.000Z",
        "running": False,
        "failures": 0,
        "paused": None,
        "reason": None,
    }
    assert (await client.get(path, headers=ann)).json() == told
    paused = (await client.put(path, json=body | {"paused": True}, headers=ann)).json()
    assert (paused["paused"], paused["nextAt"], paused["reason"]) == ("owner", None, "Its owner paused it.")
    gone = await client.delete(path, headers=ann)
    assert gone.json() == {"query": made["id"], "deleted": True}
    assert (await client.delete(path, headers=ann)).status_code == 404
    stored = await services.database.run_schema("CYPHER 5 MATCH (s:QuerySchedule) RETURN count(s) AS n")
    assert stored[0]["n"] == 0


async def test_private_ones_of_others_are_not_found(
    services: Services, client: httpx.AsyncClient, clock: SetClock, ann: Headers, bob: Headers
) -> None:
    path = await scheduled(client, ann)
    await run_due(services, clock)
    (result,) = (await client.get(f"{path}/results", headers=ann)).json()["items"]
    nothing = await client.get(f"{QUERIES}/none", headers=bob)
    for answer in (
        await client.get(f"{path}/schedule", headers=bob),
        await client.put(f"{path}/schedule", json=DAILY, headers=bob),
        await client.delete(f"{path}/schedule", headers=bob),
        await client.get(f"{path}/results", headers=bob),
        await client.get(f"{path}/results/{result['id']}", headers=bob),
    ):
        assert (answer.status_code, answer.json()) == (404, nothing.json()), "nothing tells that it exists"
    theirs = f"{QUERIES}/{(await save(client, bob))['id']}"
    stray = await client.get(f"{theirs}/results/{result['id']}", headers=bob)
    assert (stray.status_code, stray.json()["error"]["code"]) == (404, "result_not_found")


async def test_what_is_shared_is_read_by_all_and_set_by_its_owner(
    services: Services, client: httpx.AsyncClient, clock: SetClock, ann: Headers, bob: Headers
) -> None:
    path = await scheduled(client, ann, sharing="team")
    await run_due(services, clock)
    assert (await client.get(f"{path}/schedule", headers=bob)).status_code == 200
    (result,) = (await client.get(f"{path}/results", headers=bob)).json()["items"]
    assert (await client.get(f"{path}/results/{result['id']}", headers=bob)).text == "y\r\n2\r\n4\r\n6\r\n"
    for answer in (
        await client.put(f"{path}/schedule", json=DAILY, headers=bob),
        await client.delete(f"{path}/schedule", headers=bob),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    await client.patch(path, json={"sharing": "private"}, headers=ann)
    assert (await client.get(f"{path}/results/{result['id']}", headers=bob)).status_code == 404
    admin = await headers_of(services, Role.ADMIN)
    assert (await client.put(f"{path}/schedule", json=DAILY, headers=admin)).status_code == 403
    assert (await client.delete(f"{path}/schedule", headers=admin)).status_code == 200
    assert len((await client.get(f"{path}/results", headers=ann)).json()["items"]) == 1, "results stay"


async def test_a_file_is_sent_as_what_it_is(
    services: Services, client: httpx.AsyncClient, clock: SetClock, ann: Headers
) -> None:
    path = await scheduled(client, ann)
    await run_due(services, clock)
    (result,) = (await client.get(f"{path}/results", headers=ann)).json()["items"]
    assert {name: result[name] for name in ("outcome", "message", "rows", "bytes", "truncated", "format")} == {
        "outcome": "done", "message": None, "rows": 3, "bytes": 12, "truncated": None, "format": "csv",
    }  # fmt: skip
    assert result["dueAt"] == "2026-11-18T22:00:00.000Z"
    answer = await client.get(f"{path}/results/{result['id']}", headers=ann)
    headers = answer.headers
    assert (answer.status_code, answer.content) == (200, b"y\r\n2\r\n4\r\n6\r\n")
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["content-disposition"] == f'attachment; filename="guanxi-{result["id"]}.csv"'
    assert (headers["x-rows"], headers["x-truncated"], headers["x-run"]) == ("3", "no", result["id"])
    assert (headers["content-length"], headers["cache-control"]) == ("12", "private, no-cache")
    for held, status in (
        (headers["etag"], 304),
        (f'"other", W/{headers["etag"]}', 304),
        ("*", 304),
        ('"other"', 200),
    ):
        again = await client.get(f"{path}/results/{result['id']}", headers=ann | {"If-None-Match": held})
        assert (again.status_code, again.headers["etag"]) == (status, headers["etag"])
        assert (again.content == b"") is (status == 304)


async def test_failures_are_told_and_have_no_file(
    services: Services, client: httpx.AsyncClient, clock: SetClock, ann: Headers
) -> None:
    path = await scheduled(client, ann, parameters={"n": "three"})
    await run_due(services, clock, days=5)
    items = (await client.get(f"{path}/results", headers=ann)).json()["items"]
    by_hand = await client.post(f"{path}/run", json={"parameters": {"n": "three"}}, headers=ann)
    code = by_hand.json()["error"]["code"]
    assert [(one["outcome"], one["rows"], one["bytes"]) for one in items] == [(code, 0, 0)] * 5
    assert all(one["message"] for one in items)
    told = (await client.get(f"{path}/schedule", headers=ann)).json()
    assert (told["paused"], told["failures"], told["nextAt"]) == ("failures", 5, None)
    assert told["reason"] == "Its last 5 runs failed."
    answer = await client.get(f"{path}/results/{items[0]['id']}", headers=ann)
    assert (answer.status_code, list(answer.json()["error"])) == (404, ERROR_FIELDS)
    assert code in answer.json()["error"]["message"]


async def test_results_go_on_page_by_page(
    services: Services, client: httpx.AsyncClient, clock: SetClock, ann: Headers
) -> None:
    path = await scheduled(client, ann, keep=5)
    await run_due(services, clock, days=6)
    whole = (await client.get(f"{path}/results", headers=ann)).json()
    assert [one["dueAt"] for one in whole["items"]] == sorted(
        (one["dueAt"] for one in whole["items"]), reverse=True
    )
    assert (len(whole["items"]), whole["next"]) == (5, None)
    found: list[Any] = []
    after = ""
    while True:
        page = (await client.get(f"{path}/results?first=2{after}", headers=ann)).json()
        found += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == whole["items"]
    assert (await client.get(f"{path}/results?after=x", headers=ann)).status_code == 400


async def test_a_file_that_is_not_here_is_said_to_be_elsewhere(
    services: Services, client: httpx.AsyncClient, clock: SetClock, ann: Headers
) -> None:
    path = await scheduled(client, ann)
    await run_due(services, clock)
    (result,) = (await client.get(f"{path}/results", headers=ann)).json()["items"]
    (file,) = services.settings.results_dir.rglob("*.csv")
    file.unlink()
    answer = await client.get(f"{path}/results/{result['id']}", headers=ann)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "result_not_found")
    assert "machine" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cron": "0 6 * *"},
        {"cron": "0 6 31 2 *"},
        {"timeZone": "Mars/Base"},
        {"format": "xlsx"},
        {"keep": 0},
        {"keep": 101},
        {"parameters": {"tiems": 1}},
        {"reveal": ["y"]},
    ],
)
async def test_what_is_wrong_is_refused(
    client: httpx.AsyncClient, ann: Headers, wrong: dict[str, Any]
) -> None:
    path = f"{QUERIES}/{(await save(client, ann))['id']}/schedule"
    answer = await client.put(path, json=DAILY | wrong, headers=ann)
    assert (answer.status_code, list(answer.json()["error"])) == (400, ERROR_FIELDS), answer.text
    assert (await client.get(path, headers=ann)).status_code == 404


async def test_personal_values_are_hidden_in_results(
    services: Services, client: httpx.AsyncClient, clock: SetClock
) -> None:
    """Also for an admin, who could reveal them by hand."""
    admin = await headers_of(services, Role.ADMIN)
    await services.database.run_schema(
        "CYPHER 5 CREATE (:WebhookEndpoint {id: 'e', state: 'disabled', secrets: $sealed}) RETURN 1 AS one",
        sealed=bytes([1, *range(100, 160)]),
    )
    body = {"name": "Hidden", "statement": "MATCH (e:WebhookEndpoint) RETURN e.secrets AS x"}
    made = (await client.post(QUERIES, json=body, headers=fresh() | admin)).json()
    path = f"{QUERIES}/{made['id']}"
    await client.put(f"{path}/schedule", json=DAILY, headers=admin)
    await run_due(services, clock)
    (result,) = (await client.get(f"{path}/results", headers=admin)).json()["items"]
    answer = await client.get(f"{path}/results/{result['id']}", headers=admin)
    assert answer.text == "x\r\n[sealed]\r\n"


async def test_a_server_runs_what_is_due(
    services: Services, client: httpx.AsyncClient, clock: SetClock, ann: Headers
) -> None:
    path = await scheduled(client, ann)
    clock.now += DAY
    app = create_app(services)
    async with app.router.lifespan_context(app):
        while await services.database.read_one("console.find_due_schedule", now=clock.now):
            pass
    (result,) = (await client.get(f"{path}/results", headers=ann)).json()["items"]
    assert result["outcome"] == "done"
