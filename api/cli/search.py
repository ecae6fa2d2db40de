"""`guanxi search TEXT` and `guanxi search rebuild`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.cli.output import DataDir, JsonFlag, show
from api.cli.progress import counting
from api.wiring import services
from graph.profile.rows import Want
from graph.search.rebuild import Rebuilt
from graph.search.service import Hit
from graph.settings import load_settings


class _TextOrCommand(TyperGroup):
    """What is no command of the group is what to search for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `find` before anything that is neither a command nor an option."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["find", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(name="search", help="Find people.", no_args_is_help=True, cls=_TextOrCommand)


@app.callback()
def search() -> None:
    """Find people: `guanxi search 张伟`."""


@app.command()
def find(
    text: Annotated[
        str,
        typer.Argument(
            help="A name, an e-mail or its beginning, a phone or its last four digits, a VIN, a plate."
        ),
    ],
    first: Annotated[int, typer.Option("--first", min=1, max=50, help="At most so many people.")] = 10,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Show who fits what was typed, best first."""

    async def run() -> tuple[list[Hit], bool]:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await found.search.search(text, first=first, want=Want(names=True))

    hits, more = asyncio.run(run())
    rows = [
        {
            "oneId": hit.user.one_id,
            "displayName": hit.user.display_name,
            "matched": hit.matched.value,
            "score": round(hit.score, 3),
        }
        for hit in hits
    ]
    lines = [f"{r['score']:.2f}  {r['oneId']}  {r['displayName'] or '–'}  ({r['matched']})" for r in rows]
    if more:
        lines.append("More people fit; type more, or give --first.")
    show({"people": rows, "hasMore": more}, text="\n".join(lines) or "Nobody fits.", as_json=as_json)


@app.command()
def rebuild(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Make search tokens for all profiles stored before there were any; safe at any time, and to repeat."""

    async def run() -> Rebuilt:
        async with services(load_settings(data_dir=data_dir)) as found:
            with counting("Making search tokens", unit="profiles") as advance:
                return await found.search_rebuild.run(advance=advance)

    done = asyncio.run(run())
    text = f"Looked at {done.profiles:,} profiles; {done.written:,} search entries were made anew."
    show({"profiles": done.profiles, "written": done.written}, text=text, as_json=as_json)
