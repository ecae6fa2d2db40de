"""`guanxi console`: read statements, on the local graph or through a running server; typed in, piped or given."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import DataDir
from api.cli.terminal.doors import Door, door
from api.cli.terminal.session import Terminal, summarise, take
from api.cli.terminal.shown import Format, placed, shown_by
from graph.console.errors import ConsoleError
from graph.console.model import Ask, Mode
from graph.errors import InputError
from graph.settings import load_settings


def console(
    execute: Annotated[
        str | None, typer.Option("--execute", "-e", metavar="STATEMENT", help="A read statement of Cypher.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How rows are shown.")] = Format.TABLE,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; JSON, or else a text."),
    ] = None,
    mode: Annotated[
        Mode, typer.Option("--mode", help="run, explain (the plan alone) or profile (run, and the plan).")
    ] = Mode.RUN,
    reveal: Annotated[
        list[str] | None,
        typer.Option(
            "--reveal", metavar="COLUMN", help="Show sealed values of this column in the clear; audited."
        ),
    ] = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="What values in the clear are seen for.")
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Ask a running server, as http://127.0.0.1:8000.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", envvar="GUANXI_KEY", help="The API key for --url; better in GUANXI_KEY."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Ask the graph in Cypher: read statements only, personal values hidden."""
    parameters = _parameters(param or [])
    reveals = tuple(reveal or ())

    async def work() -> None:
        async with door(url=url, key=key, purpose=purpose, data_dir=data_dir) as opened:
            if execute is not None:
                await _execute(opened, Ask(execute, parameters, mode, reveals), format_)
                return
            terminal = Terminal(opened, reveal=reveals, parameters=parameters)
            if script is not None:
                await terminal.follow(script, shown_by(format_, _write), _write)
            else:
                await _type_in(opened, terminal, data_dir)

    script = None if execute is not None or sys.stdin.isatty() else sys.stdin.read()
    if script is not None and not script.strip():
        raise InputError(
            "There is no statement.",
            remedy='Give one: guanxi console --execute "MATCH (u:User) RETURN count(u)".',
        )
    asyncio.run(work())


async def _execute(opened: Door, ask: Ask, format_: Format) -> None:
    """Show the answer to one statement as it comes."""
    shown = shown_by(format_, _write)
    try:
        async with aclosing(opened.lines(ask)) as parts:
            async for lines in parts:
                for line in lines:
                    if ask.mode is Mode.EXPLAIN and "columns" in line:
                        continue  # there are no rows
                    if (summary := take(line, shown)) is not None:
                        summarise(summary, _write)
    except ConsoleError as error:
        shown.end()
        raise placed(error, ask.statement) from None


async def _type_in(opened: Door, terminal: Terminal, data_dir: Path | None) -> None:
    """Until who types leaves."""
    from api.cli.terminal.editor import Editor, history_in  # noqa: PLC0415 - other commands need not load it

    history = history_in(load_settings(data_dir=data_dir).data_dir)
    editor = Editor(await opened.schema(), lambda: terminal.parameters, history)
    await terminal.type_in(editor, _write)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _parameters(given: Iterable[str]) -> dict[str, Any]:
    """`NAME=VALUE`, the value JSON where it is any."""
    found: dict[str, Any] = {}
    for one in given:
        name, sign, text = one.partition("=")
        if not sign or not name.isidentifier():
            raise InputError("A parameter is not of the form NAME=VALUE.", remedy="Write --param city=上海.")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found
