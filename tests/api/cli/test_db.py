"""`guanxi db` and `guanxi doctor` as people and programs use them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from graph.runtime.store import StoreFolder


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def values(self) -> dict[str, object]:
        return json.loads(self.out)


async def guanxi(*arguments: str, **environment: str) -> Answer:
    """Run the command in a process of its own, with a small server."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from api.cli.main import run; run()", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"GUANXI_HEAP_MB": "256", "GUANXI_PAGE_CACHE_MB": "64"} | environment,
        cwd=Path(__file__).parents[3],
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Answer(process.returncode, out.decode(), err.decode())


async def test_start_keeps_the_server_until_stop(tmp_path: Path) -> None:
    here = ("--data-dir", str(tmp_path))
    assert (await guanxi("db", "status", *here)).code == 3
    started = await guanxi("db", "start", *here, "--json")
    assert (started.code, started.err) == (0, "")
    assert started.values["state"] == "ready"
    assert started.values["pinned"] is True
    pid = started.values["pid"]
    assert isinstance(pid, int)

    again, status, doctor, logs = await asyncio.gather(
        guanxi("db", "start", *here, "--json"),
        guanxi("db", "status", *here),
        guanxi("doctor", *here, "--json"),
        guanxi("db", "logs", *here, "-n", "1", "--json"),
    )
    assert again.values["pid"] == pid
    assert status.code == 0
    assert "kept up until `guanxi db stop`" in status.out
    assert doctor.code == 0
    checks = doctor.values["checks"]
    assert isinstance(checks, list)
    assert {"name": "database", "health": "good"}.items() <= checks[-1].items()
    assert StoreFolder.of(tmp_path).password() not in doctor.out
    assert logs.values["path"] == str(StoreFolder.of(tmp_path).output)

    stopped = await guanxi("db", "stop", *here, "--json")
    assert (stopped.code, stopped.values["state"]) == (0, "stopped")
    assert not psutil.pid_exists(pid)
    assert (await guanxi("db", "stop", *here)).out == "Neo4j was not running.\n"


async def test_path_and_logs_of_a_new_folder(tmp_path: Path) -> None:
    path, logs = await asyncio.gather(
        guanxi("db", "path", GUANXI_DATA_DIR=str(tmp_path)), guanxi("db", "logs", "--data-dir", str(tmp_path))
    )
    assert path.out == f"{tmp_path}/neo4j\n"
    assert (logs.code, logs.out) == (0, f"Nothing in {tmp_path}/neo4j/logs/server.out.\n")
    assert not (tmp_path / "neo4j").exists()


async def test_errors_are_one_message_with_a_remedy_and_no_traceback() -> None:
    own = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "a-secret"}
    started, wrong, unknown, status = await asyncio.gather(
        guanxi("db", "start", **own),
        guanxi("db", "path", GUANXI_HEAP_MB="lots"),
        guanxi("db", "begin"),
        guanxi("db", "status", "--json", **own),
    )
    assert started.code == 1
    assert started.err.splitlines() == [
        "Error: NEO4J_URI is set, so the database is not ours to start, stop or read the logs of.",
        "Unset NEO4J_URI to use the embedded server.",
    ]
    assert (wrong.code, wrong.out) == (1, "")
    assert "GUANXI_HEAP_MB" in wrong.err
    assert "lots" not in wrong.err
    assert unknown.code == 2
    assert (status.code, status.values["state"]) == (3, "unreachable")


async def test_doctor_finds_what_is_wrong_and_shows_no_secret(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sick, well = await asyncio.gather(
        guanxi(
            "doctor",
            GUANXI_DATA_DIR=str(tmp_path / "file" / "data"),
            GUANXI_MAVEN_REPOSITORY="https://user:a-secret@mirror.example/m",
            GUANXI_ADMIN_KEY="a-secret",
            GUANXI_HEAP_MB="90000000",
        ),
        guanxi("doctor", "--json", GUANXI_DATA_DIR=str(tmp_path / "new"), GUANXI_CACHE_DIR=str(tmp_path)),
    )
    assert sick.code == 1
    assert "BAD   data folder" in sick.out
    assert "BAD   memory" in sick.out
    assert "https://mirror.example/m" in sick.out
    assert "a-secret" not in sick.out + sick.err
    assert well.code == 0
    notes = [check["name"] for check in well.values["checks"] if check["health"] == "note"]  # type: ignore[index]
    assert notes == ["jars", "database"]
    assert not (tmp_path / "new").exists()
