from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph.runtime.jvm import Distribution, clean_environment, java_command, kill_leftover
from graph.runtime.server_settings import NEWER_THAN_5, Memory
from graph.runtime.store import StoreFolder


@pytest.fixture
def folder(tmp_path: Path) -> StoreFolder:
    folder = StoreFolder.of(tmp_path)
    folder.home.mkdir()
    return folder


@pytest.fixture
def sleeper(folder: StoreFolder) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose command line looks like the server of this folder."""
    waiting = "import signal; print(flush=True); signal.pause()"
    command = [sys.executable, "-c", waiting, f"--home-dir={folder.home}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # before that its command line may be empty
        folder.pid_file.write_text(f"{process.pid}\n")
        yield process
        process.kill()


def test_leftover_server_is_killed(folder: StoreFolder, sleeper: subprocess.Popen[bytes]) -> None:
    assert kill_leftover(folder)
    assert sleeper.wait(10) == -9
    assert not folder.pid_file.exists()
    assert not kill_leftover(folder)


def test_process_that_only_has_the_number_is_spared(
    folder: StoreFolder, sleeper: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    other = StoreFolder(tmp_path / "other")
    other.home.mkdir()
    other.pid_file.write_text(str(sleeper.pid))
    assert not kill_leftover(other)
    assert sleeper.poll() is None
    assert folder.pid_file.exists()
    assert not other.pid_file.exists()


def test_children_get_none_of_our_secrets_nor_foreign_java_options() -> None:
    given = {"PATH": "/bin", "GUANXI_MASTER_KEY": "s", "NEO4J_PASSWORD": "s", "JAVA_TOOL_OPTIONS": "-agent"}
    assert clean_environment(given) == {"PATH": "/bin"}


def test_command_line_and_class_path_are_the_same_every_time(folder: StoreFolder, tmp_path: Path) -> None:
    for name in ("b.jar", "a.jar", "notes.txt"):
        (tmp_path / name).touch()
    distribution = Distribution(tmp_path, tmp_path / "cache.aot")
    assert distribution.class_path == f"{tmp_path}/a.jar:{tmp_path}/b.jar"
    command = java_command(folder, distribution, memory=Memory(heap_mb=1024, page_cache_mb=64))
    assert {"-Xmx1024m", "-Xms256m", f"-XX:AOTCache={tmp_path}/cache.aot", "--console-mode"} <= set(command)
    assert "-XX:+ExitOnOutOfMemoryError" in command
    assert "org.neo4j.server.Neo4jCommunity" in command
    quick = java_command(
        folder,
        replace(distribution, short_lived=True),
        memory=Memory(heap_mb=1024, page_cache_mb=64),
    )
    assert [flag for flag in quick if flag not in command] == ["-XX:TieredStopAtLevel=1"]


def test_the_long_supported_server_starts_by_its_own_class(folder: StoreFolder, tmp_path: Path) -> None:
    (tmp_path / "neo4j-server-5.26.30.jar").touch()
    command = java_command(folder, Distribution(tmp_path), memory=Memory(heap_mb=1024, page_cache_mb=64))
    assert "org.neo4j.server.CommunityEntryPoint" in command
    folder.prepare(memory=Memory(heap_mb=1024, page_cache_mb=64), port=20_001, is_5=True)
    conf = (folder.conf / "neo4j.conf").read_text(encoding="utf-8")
    assert not [name for name in NEWER_THAN_5 if name in conf]
