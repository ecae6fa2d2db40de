"""`guanxi identity changes`: who is who as it changes, from a cursor."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Final

import typer

from api.cli.identity.judge import change_line, change_values
from api.cli.output import DataDir, JsonFlag
from api.wiring import services
from graph.clock import isoformat
from graph.feed.reader import FedChange, FeedReader
from graph.settings import load_settings

POLL_SECONDS: Final = 1.0
PAGE: Final = 500


def changes(
    after: Annotated[
        str | None, typer.Option("--after", help="Cursor to go on from; from the beginning without.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on as changes come, until interrupted.")
    ] = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Print every merge, split, move and change of founder in commit order.

    With --json one object a line, each with the cursor behind it; else the last line has the cursor to go on from.
    """

    async def run() -> None:
        async with services(load_settings(data_dir=data_dir)) as found:
            cursor = await _print_from(found.feed, after, as_json=as_json)
            while follow:
                await asyncio.sleep(POLL_SECONDS)
                cursor = await _print_from(found.feed, cursor, as_json=as_json)
            if not as_json:
                typer.echo(f"Cursor: {cursor}")

    asyncio.run(run())


async def _print_from(feed: FeedReader, cursor: str | None, *, as_json: bool) -> str:
    """Print all there is after a cursor; the cursor behind it."""
    while True:
        page = await feed.changes(after=cursor, first=PAGE)
        for fed in page.changes:
            typer.echo(_as_json(fed) if as_json else f"{isoformat(fed.at)}  {change_line(fed.change)}")
        cursor = page.cursor
        if not page.has_next:
            return cursor


def _as_json(fed: FedChange) -> str:
    values = {**change_values(fed.change), "at": isoformat(fed.at), "by": fed.kind, "cursor": fed.cursor}
    return json.dumps(values)
