"""`guanxi demo`: a small world to look at, loaded once, then served until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop

from api import logs
from api.cli import seed
from api.cli.output import DataDir
from api.cli.serve import run
from api.wiring import Services
from graph.settings import load_settings

MARKER: Final = "demo.json"
FIRST_PLAN_SECONDS: Final = 10.0

TRY_IT: Final = """

  Try it   curl -s http://127.0.0.1:{port}/graphql -H 'Authorization: Bearer KEY' -H 'Content-Type: application/json' \\
             -d '{"query":"{ users(first: 3) { edges { node { displayName profiles { source recordId } } } } }"}'
  Look     http://127.0.0.1:{port}/graphql in a browser
  Stop     Ctrl-C stops everything, Neo4j too
"""


def demo(
    people: Annotated[int, typer.Option(min=10, max=100_000, help="How many people the world has.")] = 1_000,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Start Neo4j, load a made-up world of customers once, and serve it. Ctrl-C stops everything."""
    settings = load_settings(port=port, data_dir=data_dir, env="development")
    # On a new graph each statement is planned for the first time, for seconds: nothing that a stranger need be told.
    settings = settings.model_copy(update={"slow_seconds": max(settings.slow_seconds, FIRST_PLAN_SECONDS)})
    logs.configure("warning")

    async def prepare(opened: Services) -> None:
        await _load_once(opened, people=people)

    typer.echo("Starting Neo4j (the first time it is downloaded, 150 MB) …", err=True)
    with (
        contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(run(settings, prepare=prepare, advice=TRY_IT))


async def _load_once(opened: Services, *, people: int) -> None:
    """Load the world unless this data folder has it; a load cut off is simply done again."""
    marker: Path = opened.settings.data_dir / MARKER
    if marker.exists():
        return
    typer.echo(f"Loading {people:,} made-up people through the ingest path …", err=True)
    counts = await seed.load(opened, people=people, seed=42)
    marker.write_text(json.dumps(counts), encoding="utf-8")
