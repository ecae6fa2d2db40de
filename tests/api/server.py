"""An application on a real server: what is streamed, or comes by a socket, is seen only there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        self.listening.set()


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncGenerator[str]:
    """A server on loopback, with the application's lifespan; `127.0.0.1:PORT`."""
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="on", access_log=False)
    server = _Server(config)
    running = asyncio.create_task(server.serve())
    begun = asyncio.create_task(server.listening.wait())
    await asyncio.wait((running, begun), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        await running
    try:
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        begun.cancel()
