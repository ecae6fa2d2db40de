"""Logs: one JSON line an event, with the request's id, and nothing personal."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import structlog

from api import logs
from api.metrics import Metrics
from graph.errors import DatabaseError
from tests.api.conftest import Lines

SECRET = "13812345678"


def fail() -> None:
    try:
        raise ValueError(f"the phone {SECRET} is taken")
    except ValueError as error:
        raise DatabaseError("refused") from error


def test_our_lines_are_json(lines: Lines) -> None:
    structlog.get_logger("graph.x").info("thing.done", count=3)
    structlog.get_logger("graph.x").debug("thing.looked_at")
    [line] = lines.read_all()
    assert (line["event"], line["count"], line["level"]) == ("thing.done", 3, "info")
    assert line["timestamp"].endswith("Z")


def test_exceptions_are_told_without_their_texts(lines: Lines) -> None:
    try:
        fail()
    except DatabaseError as error:
        structlog.get_logger("api").error("a.failed", exc_info=error)
        structlog.get_logger("api").exception("b.failed")
        logging.getLogger("library").exception("c failed")
    told = lines.read_all()
    assert [line["error"] for line in told] == ["DatabaseError"] * 3
    assert [line["cause"] for line in told] == ["ValueError"] * 3
    assert all("test_logs.py" in line["at"][-1] for line in told)
    assert SECRET not in lines.getvalue()
    assert "taken" not in lines.getvalue()


def test_libraries_speak_up_only_when_something_is_wrong(lines: Lines) -> None:
    logging.getLogger("library").info("chatter")
    logging.getLogger("library").warning("trouble")
    assert [(line["event"], line["logger"]) for line in lines.read_all()] == [("trouble", "library")]


async def test_a_request_is_one_line(client: httpx.AsyncClient, admin: dict[str, str], lines: Lines) -> None:
    await client.post(
        f"/graphql?phone={SECRET}",
        json={"query": f'{{ user(oneId: "{SECRET}") {{ id }} }}'},
        headers=admin | {"X-Request-Id": "r-1"},
    )
    [line] = lines.read_all()
    assert (line["method"], line["route"], line["status"], line["request_id"]) == (
        "POST",
        "/graphql",
        200,
        "r-1",
    )
    assert line["role"] == "admin"
    assert line["duration_ms"] > 0
    assert SECRET not in lines.getvalue()
    assert admin["Authorization"].split()[1] not in lines.getvalue()


async def test_an_unknown_path_is_not_logged(client: httpx.AsyncClient, lines: Lines) -> None:
    await client.get(f"/people/{SECRET}")
    assert [line["route"] for line in lines.read_all()] == ["unknown"]


async def test_what_nobody_caught_is_answered_and_logged(lines: Lines) -> None:
    async def broken(*_: Any) -> None:
        raise ValueError(SECRET)

    transport = httpx.ASGITransport(logs.RequestLog(broken, metrics=Metrics()))
    async with httpx.AsyncClient(transport=transport, base_url="http://guanxi.test") as client:
        answer = await client.get("/")
    assert answer.status_code == 500
    request_id = answer.headers["x-request-id"]
    assert request_id in answer.json()["error"]["remedy"]
    failed, request = lines.read_all()
    assert (failed["error"], failed["request_id"], request["status"]) == ("ValueError", request_id, 500)
    assert SECRET not in answer.text + lines.getvalue()
