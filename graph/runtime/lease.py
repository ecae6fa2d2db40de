"""A program's side of the supervisor: join the one that lives or start one, and hold a lease on it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Final

import structlog

import graph
from graph.errors import RuntimeProvisionError
from graph.runtime.jvm import Distribution, clean_environment
from graph.runtime.protocol import LINE_LIMIT, Command, Order, Report, State, encode_command, read_report
from graph.runtime.server_settings import Memory
from graph.runtime.store import StoreFolder, folder_error, hold, private_folder

JOIN_SECONDS: Final = 60.0
RELEASE_SECONDS: Final = 60.0
RENEW_SECONDS: Final = 30.0

_POLL_SECONDS: Final = 0.03
_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)


class Connection:
    """An open connection to a living supervisor."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader = reader
        self._writer = writer
        self._token = token

    @classmethod
    async def open(cls, folder: StoreFolder) -> Connection | None:
        """Connect to the folder's supervisor; None when none lives."""
        try:
            contact = json.loads(folder.contact_file.read_text(encoding="utf-8"))
            port, token = int(contact["port"]), str(contact["token"])
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LINE_LIMIT)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return cls(reader, writer, token)

    async def ask(self, command: Command) -> Report | None:
        """Send a command and read the next report; None when the supervisor is gone (or never was ours)."""
        with contextlib.suppress(OSError):
            self._writer.write(encode_command(command, token=self._token))
            await self._writer.drain()
        return await self.next()

    async def next(self) -> Report | None:
        """The next report; None when the supervisor is gone."""
        return await read_report(self._reader)

    def close(self) -> None:
        """Give up the connection, and so the lease."""
        self._writer.close()


async def ask(folder: StoreFolder, command: Command) -> Report | None:
    """One question to the folder's supervisor; None when none lives."""
    connection = await Connection.open(folder)
    if connection is None:
        return None
    try:
        return await connection.ask(command)
    finally:
        connection.close()


class Lease:
    """Keeps the server of a folder up while open; renews itself when the supervisor is killed.

    `async with Lease(...) as port:`. Several programs may hold one each. When the last ends, leaving waits
    until the server has stopped, so that nothing of it is left behind.
    """

    def __init__(self, folder: StoreFolder, distribution: Distribution, *, memory: Memory) -> None:
        self._folder = folder
        self._order = Order(
            home=str(folder.home),
            lib=str(distribution.lib),
            aot_cache=str(distribution.aot_cache or ""),
            heap_mb=memory.heap_mb,
            page_cache_mb=memory.page_cache_mb,
            short_lived=distribution.short_lived,
        )
        self._connection: Connection | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> int:
        report = await self._acquire()
        self._keeper = asyncio.create_task(self._keep(report.port))
        return report.port

    async def __aexit__(self, *_: object) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                report = await connection.ask(Command.RELEASE)
                while report is not None and report.state is State.STOPPING:
                    report = await connection.next()
        except TimeoutError:
            _log.warning("database_slow_to_stop", folder=str(self._folder.home))
        finally:
            connection.close()

    async def _acquire(self) -> Report:
        """Connect, starting a supervisor where none lives, and wait until the server is ready."""
        deadline = time.monotonic() + JOIN_SECONDS
        while time.monotonic() < deadline:
            connection = await Connection.open(self._folder) or await self._start_supervisor(deadline)
            if connection is None:
                await asyncio.sleep(_POLL_SECONDS)
                continue
            try:
                report = await self._wait_ready(connection)
            except BaseException:
                connection.close()
                raise
            if report is not None:
                self._connection = connection
                return report
            connection.close()
        raise RuntimeProvisionError(
            f"The database of {self._folder.home.parent} is held by a process that does not answer.",
            remedy=f"Look at {self._folder.supervisor_log}; end that process (its id is in supervisor.json).",
        )

    async def _wait_ready(self, connection: Connection) -> Report | None:
        """None when this supervisor is on its way out: another one must be started."""
        report = await connection.ask(Command.LEASE)
        while report is not None and report.state in (State.STARTING, State.RESTARTING):
            report = await connection.next()
        if report is not None and report.state is State.FAILED:
            raise RuntimeProvisionError(report.error, remedy=report.remedy)
        if report is not None and report.state is State.STOPPING:
            while await connection.next() is not None:
                pass
            return None
        return report

    async def _start_supervisor(self, deadline: float) -> Connection | None:
        """Start a supervisor unless another program does so now; None when there is still none to talk to."""
        try:
            private_folder(self._folder.logs)
            start_lock = hold(self._folder.home / "start.lock")
        except OSError as error:
            raise folder_error(self._folder.home, error) from error
        if start_lock is None:
            return None
        try:
            alive = hold(self._folder.home / "supervisor.lock")
            if alive is None:
                return await Connection.open(self._folder)
            os.close(alive)
            self._folder.contact_file.unlink(missing_ok=True)
            process = self._spawn()
            while process.poll() is None and time.monotonic() < deadline:
                connection = await Connection.open(self._folder)
                if connection is not None:
                    return connection
                await asyncio.sleep(_POLL_SECONDS)
            if process.poll() is not None:
                raise RuntimeProvisionError(
                    f"The database's supervisor ended at once (code {process.returncode}).",
                    remedy=f"Look at the end of {self._folder.supervisor_log}.",
                )
            return None
        finally:
            os.close(start_lock)

    def _spawn(self) -> subprocess.Popen[bytes]:
        environment = clean_environment()
        environment["PYTHONPATH"] = str(Path(graph.__file__).parents[1])
        self._folder.supervisor_log.touch(mode=0o600)
        with self._folder.supervisor_log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "graph.runtime.supervisor"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._folder.home,
                env=environment,
                start_new_session=True,
            )
        if process.stdin is not None:
            with process.stdin as pipe, contextlib.suppress(BrokenPipeError):
                pipe.write(json.dumps(asdict(self._order)).encode() + b"\n")
        # It may outlive us; while we live, somebody has to take note of its end, or it stays a zombie.
        threading.Thread(target=process.wait, name="supervisor-reaper", daemon=True).start()
        return process

    async def _keep(self, port: int) -> None:
        """Tell the log of every failure, and take a new lease when the supervisor is gone."""
        while True:
            report = await self._connection.next() if self._connection else None
            match report.state if report else None:
                case State.RESTARTING if report:
                    _log.error(
                        "database_died", reason=report.error, restarts=report.restarts, output=report.output
                    )
                case State.READY if report:
                    _log.warning("database_back", restarts=report.restarts)
                case State.STOPPING:
                    _log.warning(
                        "database_stopped", reason="`guanxi db stop --force`, or the machine goes down"
                    )
                    await self._wait_for_another()
                    await self._renew(port)
                case _:
                    if report is not None:
                        _log.error("database_down", reason=report.error, retry_seconds=RENEW_SECONDS)
                        await asyncio.sleep(RENEW_SECONDS)
                    await self._renew(port)

    async def _wait_for_another(self) -> None:
        """Who stopped the server does not want us to start it; wait until somebody else does."""
        while self._connection is not None and await self._connection.next() is not None:
            pass
        while True:
            await asyncio.sleep(1)
            if (connection := await Connection.open(self._folder)) is not None:
                connection.close()
                return

    async def _renew(self, port: int) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        while True:
            try:
                report = await self._acquire()
                break
            except RuntimeProvisionError as error:
                _log.error("database_down", reason=error.message, retry_seconds=RENEW_SECONDS)
                await asyncio.sleep(RENEW_SECONDS)
        if report.port != port:
            _log.error("database_moved", reason="its port was taken meanwhile: restart this program")
