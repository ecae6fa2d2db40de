"""`guanxi serve`: the API on its own Neo4j, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Awaitable, Callable, Generator
from typing import Annotated, Final

import typer
import uvicorn
import uvloop

from api import logs, tracing
from api.app import create_app
from api.cli.output import DataDir
from api.gql.websocket import MAX_MESSAGE
from api.wiring import Services, services
from graph.access.service import CreatedKey
from graph.collector import collect_seldom
from graph.errors import ConfigurationError
from graph.settings import Settings, load_settings

DRAIN_SECONDS: Final = 15
"""How long requests that are being answered may still take after a stop."""
LISTEN_BACKLOG: Final = 2_048

_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


def serve(
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = None,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on; loopback by default.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve GraphQL and ingest; starts or joins the embedded Neo4j. Ctrl-C stops everything."""
    settings = load_settings(port=port, host=host, data_dir=data_dir)
    logs.configure(settings.log_level)
    collect_seldom()
    tracing.configure()
    with (
        contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(run(settings))


async def run(
    settings: Settings,
    *,
    prepare: Callable[[Services], Awaitable[None]] | None = None,
    advice: str = "",
) -> None:
    """Serve until a signal says stop: finish what is being answered, then let the database go.

    `prepare` runs before the first request is taken; `advice` is said after the greeting. Raises
    ConfigurationError where the port is taken, before anything is started.
    """
    listener = bind(settings.host, settings.port)
    server = _Server()
    server.stop_on_signals()
    try:
        async with services(settings) as opened:
            if prepare is not None:
                await prepare(opened)
            app = create_app(opened)
            await app.state.readiness.prepare()  # here an error is told as what it is
            server.use(
                uvicorn.Config(
                    app,
                    loop="none",
                    http="httptools",
                    ws="websockets-sansio",
                    ws_max_size=MAX_MESSAGE,
                    ws_per_message_deflate=False,  # a compressed secret beside chosen text can be guessed
                    lifespan="on",
                    access_log=False,
                    log_config=None,
                    server_header=False,
                    timeout_graceful_shutdown=DRAIN_SECONDS,
                    backlog=LISTEN_BACKLOG,
                ),
                greeting=lambda: _greeting(opened, listener, advice),
            )
            await server.serve([listener])
    finally:
        listener.close()


def bind(host: str, port: int) -> socket.socket:
    """A socket on this address that does not listen yet. Raises ConfigurationError where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError:
        raise ConfigurationError(
            f"{host} is not an address of this machine.", remedy="Correct --host."
        ) from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ConfigurationError(
                f"Port {port} is taken by another program.",
                remedy="Give another by --port or GUANXI_PORT; 0 takes a free one.",
            ) from None
        raise ConfigurationError(
            f"Address {host} port {port} cannot be used: {error.strerror}.",
            remedy="Correct --host or --port.",
        ) from None
    return listener


def greeting(settings: Settings, listener: socket.socket, first: CreatedKey | None) -> str:
    """What to open and how to sign in."""
    name, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if name in ("0.0.0.0", "::") else f"[{name}]" if ":" in name else name  # noqa: S104
    address = f"http://{shown}:{port}"
    lines = [f"guanxi is ready at {address}", f"  GraphQL  {address}/graphql"]
    if first is not None:
        lines += [
            "",
            "Sign in with `Authorization: Bearer KEY`. The admin key, shown only this once:",
            "",
            first.key,
        ]
    elif settings.admin_key is not None:
        lines += ["  Sign in  Authorization: Bearer, with the key of GUANXI_ADMIN_KEY"]
    else:
        folder = f" --data-dir {settings.data_dir}" if settings.embedded else ""
        lines += [
            "  Sign in  Authorization: Bearer KEY",
            f"  New key  guanxi key create --role admin{folder}",
        ]
    return "\n".join(lines)


async def _greeting(opened: Services, listener: socket.socket, advice: str) -> str:
    """Made when requests are taken already: a first key that nobody is shown would be lost."""
    first: CreatedKey | None = None
    if opened.settings.embedded and opened.settings.admin_key is None:
        first = await opened.access.create_first()
    port = listener.getsockname()[1]
    return greeting(opened.settings, listener, first) + advice.replace("{port}", str(port))


class _Server:
    """Uvicorn with our own signals: its own would end the process before the database is let go."""

    def __init__(self) -> None:
        self._server: _Uvicorn | None = None
        self._task = asyncio.current_task()

    def stop_on_signals(self) -> None:
        """Stop on Ctrl-C and SIGTERM; a second signal does not wait for requests."""
        loop = asyncio.get_running_loop()
        for name in _STOPS:
            loop.add_signal_handler(name, self._stop)

    def use(self, config: uvicorn.Config, *, greeting: Callable[[], Awaitable[str]]) -> None:
        """What to serve, and what to say when it is served."""
        self._server = _Uvicorn(config, greeting)

    async def serve(self, sockets: list[socket.socket]) -> None:
        """Serve until stopped."""
        assert self._server is not None  # noqa: S101 - `use` was called
        await self._server.serve(sockets)
        if not self._server.started:
            raise ConfigurationError("The application did not start.", remedy="The log above says why.")

    def _stop(self) -> None:
        if self._server is None:
            if self._task is not None:
                self._task.cancel()
            return
        self._server.force_exit = self._server.should_exit
        self._server.should_exit = True


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, greeting: Callable[[], Awaitable[str]]) -> None:
        super().__init__(config)
        self._greeting = greeting

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to `_Server`."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so: whoever reads the greeting may call."""
        await super().startup(sockets)
        if self.started:
            typer.echo(await self._greeting())
