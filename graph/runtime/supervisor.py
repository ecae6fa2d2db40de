"""The process that owns the Neo4j server of one data folder: `python -m graph.runtime.supervisor`, internal.

It lives in a session of its own, keeps the server running while any program holds a lease (or it is pinned),
restarts it with back-off when it dies, and stops it cleanly when the last lease ends. A lease is an open
connection, so a killed program's lease ends with it; a killed supervisor's server is killed by the kernel.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from graph.errors import GuanxiError, RuntimeProvisionError
from graph.runtime.jvm import Distribution, Jvm, kill_leftover
from graph.runtime.protocol import LINE_LIMIT, Command, Order, Report, State, decode_command
from graph.runtime.server_settings import Memory
from graph.runtime.store import StoreFolder, hold, write_private
from graph.runtime.troubles import Trouble, explain

FIRST_LEASE_SECONDS: Final = 15.0
START_SECONDS: Final = 180.0
FAILURES: Final = 5
FAILURE_WINDOW_SECONDS: Final = 300.0
PORT_TRIES: Final = 3

_ALREADY_SUPERVISED: Final = 3


@dataclass(slots=True, eq=False)
class _Client:
    writer: asyncio.StreamWriter
    leased: bool = False


@dataclass(slots=True, eq=False)
class Supervisor:
    """See the module; `run` does it all."""

    folder: StoreFolder
    distribution: Distribution
    memory: Memory
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    report: Report = field(init=False)
    _clients: set[_Client] = field(default_factory=set["_Client"], init=False)
    _jvm: Jvm | None = field(default=None, init=False)
    _finished: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self.report = Report(State.STARTING, 0, os.getpid(), 0, 0, pinned=False, restarts=0)

    async def run(self) -> None:
        """Serve until the last lease has ended or the server cannot be kept running, then stop it."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._finish)
        loop.add_signal_handler(signal.SIGINT, self._finish)
        self._log("begin")
        if kill_leftover(self.folder):
            self._log("killed the server of a supervisor that died")
        listener = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LINE_LIMIT)
        address: tuple[str, int] = listener.sockets[0].getsockname()
        contact = {"pid": os.getpid(), "port": address[1], "token": self.token}
        write_private(self.folder.contact_file, json.dumps(contact))
        keeper = asyncio.create_task(self._keep_running())
        loop.call_later(FIRST_LEASE_SECONDS, self._end_if_unused)
        try:
            await self._finished.wait()
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            if self._jvm is not None:
                await self._jvm.stop()
            self.folder.contact_file.unlink(missing_ok=True)
            listener.close()
            for client in self._clients:
                client.writer.close()
            self._log("end")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(writer)
        self._clients.add(client)
        try:
            while line := await reader.readline():
                request = decode_command(line)
                if request is None or not hmac.compare_digest(request[0].encode(), self.token.encode()):
                    break
                self._obey(client, request[1])
                await writer.drain()
        except (OSError, ValueError):
            pass  # a program that died, or something that does not speak our language
        finally:
            self._clients.discard(client)
            writer.close()
            if client.leased:
                self._end_if_unused()

    def _obey(self, client: _Client, command: Command) -> None:
        match command:
            case Command.LEASE:
                client.leased = not self._finished.is_set()
            case Command.RELEASE:
                client.leased = False
            case Command.PIN:
                self.report = replace(self.report, pinned=not self._finished.is_set())
            case Command.UNPIN:
                self.report = replace(self.report, pinned=False)
            case Command.STOP:
                self._finish()
            case Command.STATUS:
                pass
        if command in (Command.RELEASE, Command.UNPIN):
            self._end_if_unused()
        self.report = replace(self.report, leases=self._leases())
        client.writer.write(self.report.encode())

    def _leases(self) -> int:
        return sum(client.leased for client in self._clients)

    def _end_if_unused(self) -> None:
        if not self._leases() and not self.report.pinned:
            self._finish()

    def _finish(self) -> None:
        if not self._finished.is_set():
            self._finished.set()
            if self.report.state is not State.FAILED:
                self._tell(state=State.STOPPING)

    def _tell(
        self,
        *,
        state: State,
        error: str = "",
        remedy: str = "",
        output: tuple[str, ...] = (),
        restarts: int = 0,
    ) -> None:
        self.report = replace(
            self.report,
            state=state,
            error=error,
            remedy=remedy,
            output=output,
            leases=self._leases(),
            port=self._jvm.port if self._jvm else 0,
            server_pid=self._jvm.pid if self._jvm else 0,
            restarts=self.report.restarts + restarts,
        )
        self._log(f"{state} {error}".rstrip())
        for client in self._clients:
            if client.leased:
                client.writer.write(self.report.encode())

    def _log(self, what: str) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with self.folder.supervisor_log.open("a", encoding="utf-8") as file:
            file.write(f"{moment} [{os.getpid()}] {what}\n")

    async def _keep_running(self) -> None:
        failures: deque[float] = deque(maxlen=FAILURES)
        try:
            jvm = await self._first_start()
            while True:
                self._tell(state=State.READY, error=self.report.error, output=self.report.output)
                code = await jvm.ended()
                trouble = explain(code, self.folder.last_output())
                while True:
                    failures.append(time.monotonic())
                    if len(failures) == FAILURES and failures[-1] - failures[0] < FAILURE_WINDOW_SECONDS:
                        raise trouble.as_error(f"Neo4j died {FAILURES} times within five minutes")
                    self._tell(state=State.RESTARTING, error=trouble.what, output=trouble.output, restarts=1)
                    await asyncio.sleep(min(0.2 * 2 ** len(failures), 10))
                    jvm = await self._start(jvm.port)
                    if await jvm.ready(timeout_seconds=START_SECONDS):
                        break
                    trouble = await self._give_up(jvm)
        except GuanxiError as error:
            self._tell(state=State.FAILED, error=error.message, remedy=error.remedy)
            self._finish()
        except OSError as error:
            self._tell(state=State.FAILED, error=f"Neo4j cannot be started: {error}.")
            self._finish()

    async def _first_start(self) -> Jvm:
        """Start with the kept port or, when it proves taken meanwhile, another one."""
        taken: int | None = None
        for _ in range(PORT_TRIES):
            port = self.folder.choose_port(avoid=taken)
            jvm = await self._start(port)
            if await jvm.ready(timeout_seconds=START_SECONDS):
                return jvm
            trouble = await self._give_up(jvm)
            if not trouble.port_taken:
                raise trouble.as_error("Neo4j did not start")
            taken = port
        raise RuntimeProvisionError(
            f"Neo4j found {PORT_TRIES} ports taken one after the other.",
            remedy="Another program takes every port as it is freed; stop it and start again.",
        )

    async def _give_up(self, jvm: Jvm) -> Trouble:
        trouble = explain(jvm.exit_code, self.folder.last_output())
        await jvm.stop()
        return trouble

    async def _start(self, port: int) -> Jvm:
        self.folder.prepare(memory=self.memory, port=port, is_5=self.distribution.is_5)
        self._jvm = await Jvm.start(self.folder, self.distribution, memory=self.memory, port=port)
        return self._jvm


def main() -> int:
    """Read the order from standard input and carry it out."""
    order = Order(**json.loads(sys.stdin.readline()))
    folder = StoreFolder(Path(order.home))
    os.umask(0o077)
    if hold(folder.home / "supervisor.lock") is None:
        return _ALREADY_SUPERVISED
    cache = Path(order.aot_cache) if order.aot_cache else None
    distribution = Distribution(Path(order.lib), cache, short_lived=order.short_lived)
    supervisor = Supervisor(folder, distribution, Memory(order.heap_mb, order.page_cache_mb))
    asyncio.run(supervisor.run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
