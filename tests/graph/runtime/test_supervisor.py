"""Real servers, real programs, real `kill -9`."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import psutil
import pytest

from graph.errors import RuntimeProvisionError
from graph.runtime import control
from graph.runtime.jvm import Distribution
from graph.runtime.lease import Lease
from graph.runtime.server_settings import Memory
from graph.runtime.store import StoreFolder
from graph.settings import load_settings
from tests.graph.runtime.conftest import Spawn, gone


async def test_programs_share_one_server_and_leave_none_behind(tmp_path: Path, spawn: Spawn) -> None:
    data_dir = tmp_path / ("deep-folder-" * 10)  # longer than a unix socket's path may be
    starter, other_starter = await spawn(data_dir), await spawn(data_dir)
    await asyncio.gather(starter.heard("uri"), other_starter.heard("uri"))
    assert starter.jvm == other_starter.jvm

    joiner = await spawn(data_dir)
    await joiner.heard("uri")
    assert joiner.jvm == starter.jvm
    joiner.tell("write 20")
    await joiner.heard("writing")
    await starter.kill()
    assert await joiner.heard("written") == 20
    await other_starter.kill()
    joiner.tell("write 25")
    assert await joiner.heard("written") == 25
    assert psutil.pid_exists(joiner.jvm)

    await joiner.kill()
    assert await gone(joiner.jvm, joiner.supervisor)
    assert not StoreFolder.of(data_dir).contact_file.exists()


async def test_killed_server_comes_back_on_the_same_port_under_load(tmp_path: Path, spawn: Spawn) -> None:
    program = await spawn(tmp_path)
    await program.heard("uri")
    before = program.uri
    program.tell("write 60")
    assert await program.heard("writing") == 0
    os.kill(program.jvm, signal.SIGKILL)
    assert await program.heard("written") == 60

    report = await control.status(load_settings(data_dir=tmp_path))
    assert report is not None
    assert (report.restarts, f"bolt://127.0.0.1:{report.port}") == (1, before)
    assert report.server_pid != program.jvm
    assert "killed" in report.error

    # The supervisor killed too: its server dies with it, and the program's lease brings both back.
    os.kill(report.supervisor_pid, signal.SIGKILL)
    assert await gone(report.server_pid, report.supervisor_pid)
    program.tell("write 61")
    assert await program.heard("written") == 61
    again = await control.status(load_settings(data_dir=tmp_path))
    assert again is not None
    assert again.port == report.port
    assert await program.leave() == 0
    assert not psutil.pid_exists(again.server_pid), "leaving waits for the clean stop"
    assert await gone(again.supervisor_pid)


async def test_folder_left_by_the_dead_and_a_taken_port_are_no_obstacle(tmp_path: Path, spawn: Spawn) -> None:
    first = await spawn(tmp_path)
    await first.heard("uri")
    first.tell("write 3")
    await first.heard("written")
    for pid in (first.supervisor, first.process.pid):
        os.kill(pid, signal.SIGKILL)
    assert await gone(first.jvm, first.supervisor)
    folder = StoreFolder.of(tmp_path)
    assert folder.contact_file.exists()
    port = int(folder.port_file.read_text())

    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the dead may linger
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        second = await spawn(tmp_path)
        await second.heard("uri")
    assert second.uri != first.uri
    second.tell("write 4")
    assert await second.heard("written") == 4

    # Nothing there is for other eyes.
    assert exposed(folder.home) == []
    assert folder.password() not in " ".join(psutil.Process(second.jvm).cmdline())
    assert all("NEO4J" not in name for name in psutil.Process(second.jvm).environ())


def exposed(folder: Path) -> list[Path]:
    """What others than the owner may touch."""
    return [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]


async def test_server_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    folder = StoreFolder.of(tmp_path)
    lease = Lease(folder, Distribution(tmp_path / "lib"), memory=Memory(heap_mb=256, page_cache_mb=64))
    with pytest.raises(RuntimeProvisionError) as failure:
        await lease.__aenter__()
    assert "Neo4j did not start: its jars are damaged" in failure.value.message
    assert "Could not find or load main class" in failure.value.message
    assert "cache folder" in failure.value.remedy
    assert await control.status(load_settings(data_dir=tmp_path)) is None
    assert not folder.pid_file.exists()


async def test_server_that_keeps_dying_is_given_up_with_a_reason(tmp_path: Path, spawn: Spawn) -> None:
    settings = load_settings(data_dir=tmp_path, heap_mb=256, page_cache_mb=64)
    real = await control.obtain(settings)
    (tmp_path / "lib").mkdir()
    for jar in real.lib.glob("*.jar"):
        (tmp_path / "lib" / jar.name).symlink_to(jar)
    folder = StoreFolder.of(tmp_path)
    lease = Lease(folder, Distribution(tmp_path / "lib"), memory=Memory(heap_mb=256, page_cache_mb=64))
    async with lease:
        report = await control.status(settings)
        assert report is not None
        watcher = await control.Connection.open(folder)
        assert watcher is not None
        await watcher.ask(control.Command.LEASE)
        (tmp_path / "lib").rename(tmp_path / "gone")
        os.kill(report.server_pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while (last := await watcher.next()) is not None and last.state != "failed":
                pass
        watcher.close()
    assert last is not None
    assert last.error.startswith("Neo4j died 5 times within five minutes")
    assert await gone(report.supervisor_pid)
