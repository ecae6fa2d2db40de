"""What a program and the supervisor say to each other: JSON lines over a loopback connection.

The program's first line carries the token from `supervisor.json` (0600) and what it wants; the supervisor
answers with its state, and tells a lease of every change. A connection that asked for a lease *is* the lease.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

LINE_LIMIT: Final = 256 * 1024


class Command(StrEnum):
    """What a program may ask for."""

    LEASE = "lease"  # keep the server up while this connection lives
    RELEASE = "release"  # on a lease: give it back and hear whether the server stops
    STATUS = "status"
    PIN = "pin"  # keep the server up until UNPIN, with or without programs
    UNPIN = "unpin"
    STOP = "stop"  # stop now, whoever uses it


class State(StrEnum):
    """Where the server is."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Report:
    """One answer of the supervisor; `error`, `remedy` and `output` (last lines) tell of the last failure."""

    state: State
    port: int
    supervisor_pid: int
    server_pid: int
    leases: int
    pinned: bool
    restarts: int
    error: str = ""
    remedy: str = ""
    output: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """As one line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Report:
        """From one line; raises ValueError when it is none."""
        try:
            values: dict[str, Any] = json.loads(line)
            state, output = State(values.pop("state")), tuple(values.pop("output"))
            return cls(state=state, output=output, **values)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError("not a report") from error


@dataclass(frozen=True, slots=True)
class Order:
    """What the starter of a supervisor passes to it on standard input."""

    home: str
    lib: str
    aot_cache: str
    heap_mb: int
    page_cache_mb: int
    short_lived: bool = False


def encode_command(command: Command, *, token: str) -> bytes:
    """A program's line."""
    return json.dumps({"token": token, "command": command}).encode() + b"\n"


def decode_command(line: bytes) -> tuple[str, Command] | None:
    """Token and command of a program's line; None when it is none."""
    try:
        values: dict[str, Any] = json.loads(line)
        return str(values["token"]), Command(values["command"])
    except (ValueError, TypeError, KeyError):
        return None


async def read_report(reader: asyncio.StreamReader) -> Report | None:
    """The next report; None when the supervisor is gone."""
    try:
        line = await reader.readline()
        return Report.decode(line) if line.endswith(b"\n") else None
    except (OSError, ValueError):
        return None
