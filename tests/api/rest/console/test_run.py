"""`POST /v1/console/run` on a real server: answers, errors, limits, and that nothing is left running."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from api.wiring import Services
from graph.access.roles import Role
from tests.api.conftest import headers_of


@pytest.fixture
async def analyst(services: Services) -> dict[str, str]:
    """Headers of an analyst."""
    return await headers_of(services, Role.ANALYST)


async def ask(
    client: httpx.AsyncClient, headers: dict[str, str], statement: str, **more: Any
) -> httpx.Response:
    return await client.post("/v1/console/run", json={"statement": statement, **more}, headers=headers)


def lines(response: httpx.Response) -> list[Any]:
    return [json.loads(line) for line in response.text.splitlines()]


async def test_a_statement_end_to_end(client: httpx.AsyncClient, analyst: dict[str, str]) -> None:
    answer = await ask(client, analyst, "UNWIND range(1, $n) AS x RETURN x, x * 2 AS y", parameters={"n": 3})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    columns, *rows, last = lines(answer)
    assert columns["columns"] == ["x", "y"]
    assert rows == [[1, 2], [2, 4], [3, 6]]
    assert last["summary"]["rows"] == 3
    assert last["summary"]["truncated"] is None
    assert last["summary"]["run"] == columns["run"]
