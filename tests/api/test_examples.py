"""The example clients, as their users run them, against a server."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.wiring import Services
from bench.node import NODE, environment, installed
from graph.access.roles import Role
from tests.api.conftest import message
from tests.api.server import listening

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE = 300.0
PEOPLE = ("王建国", "李小红")
EXPECTED = [
    {"person": "王建国", "identifiers": 2},
    {"history": ["TestDriveCompleted", "EnquirySubmitted", "EnquirySubmitted"]},
    {"changed": "王建国", "by": "judgement"},
]


@pytest.fixture
async def place(services: Services) -> AsyncIterator[tuple[dict[str, str], list[str]]]:
    """Where a server is, as the examples take it, and two people's oneIds."""
    await services.writer.write([message(event) for event in events()])
    rows = await services.database.run_schema(
        "CYPHER 5 MATCH (u:User)<-[:RESOLVED_TO]-(p:Profile) RETURN u.oneId AS id ORDER BY p.seq"
    )
    key = (await services.access.create(Role.ADMIN)).key
    async with listening(create_app(services, follow=False)) as address:
        yield {"GUANXI_URL": f"http://{address}", "GUANXI_KEY": key}, [row["id"] for row in rows]


def events() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for n, name in enumerate(PEOPLE):
        traits = {"email": f"u{n}@example.com", "name": name}
        found.append({"type": "identify", "userId": f"u{n}", "traits": traits, "messageId": f"i{n}"})
    for day, event in enumerate(["Enquiry Submitted", "Enquiry Submitted", "Test Drive Completed"], 1):
        at = f"2026-01-0{day}T00:00:00Z"
        found.append(
            {"type": "track", "userId": "u0", "event": event, "messageId": f"t{day}", "timestamp": at}
        )
    return found


async def test_python(place: tuple[dict[str, str], list[str]]) -> None:
    variables, people = place
    out = await run(sys.executable, "main.py", *people, cwd=EXAMPLES / "python", env=os.environ | variables)
    assert_told([json.loads(line) for line in out.splitlines()])


async def test_typescript(place: tuple[dict[str, str], list[str]], tmp_path: Path) -> None:
    """Types are generated from the running server, compiled strictly, and hold at run time."""
    variables, people = place
    packages = await asyncio.to_thread(installed, EXAMPLES / "typescript")
    folder = tmp_path / "typescript"
    shutil.copytree(EXAMPLES / "typescript", folder, ignore=shutil.ignore_patterns("node_modules", "gql"))
    (folder / "node_modules").symlink_to(packages / "node_modules")
    env = environment(**variables)
    bin_ = folder / "node_modules" / ".bin"
    await run(str(NODE), str(bin_ / "graphql-codegen"), "--config", "codegen.ts", cwd=folder, env=env)
    await run(str(NODE), str(bin_ / "tsc"), cwd=folder, env=env)
    out = await run(str(NODE), "src/main.ts", *people, cwd=folder, env=env)
    assert_told([json.loads(line) for line in out.splitlines()])


def assert_told(found: list[dict[str, Any]]) -> None:
    [judged] = [fact.pop("judged") for fact in found if "judged" in fact]
    assert [fact for fact in found if fact] == EXPECTED
    first, again, nobody = judged
    assert (first, again) == ("DIFFERENT", "DIFFERENT again")
    assert nobody.startswith(("UserNotFound: ", "NotFound: "))


async def run(*command: str, cwd: Path, env: dict[str, str]) -> str:
    """What a program prints; it must end well."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert process.returncode == 0, out.decode() + err.decode()
    return out.decode()
