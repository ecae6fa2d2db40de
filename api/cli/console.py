"""`guanxi console --execute STATEMENT`: a read statement, on the local graph or through a running server."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Protocol, cast

import requests
import typer
from rich.cells import cell_len

from api.cli.output import DataDir
from api.wiring import services
from graph.access.purpose import read_purpose
from graph.access.roles import Caller, Role
from graph.console.errors import ConsoleError, error_object
from graph.console.model import Ask, Asker, Mode, Part, Rows
from graph.errors import AccessError, DatabaseUnavailableError, GuanxiError, InputError
from graph.settings import load_settings

_WIDEST: Final = 60
_LOOKED_AT: Final = 200
"""Rows that decide how wide the columns of a table are; the first of them wait for the others."""
_SECONDS: Final = 130
_LOCAL: Final = "local"


class Format(StrEnum):
    """How rows are shown."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class _Shown(Protocol):
    """Shows an answer as it comes."""

    def columns(self, names: list[str]) -> None: ...
    def row(self, values: list[Any]) -> None: ...
    def end(self) -> None: ...


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
    if execute is None:
        raise InputError(
            "There is no statement.",
            remedy='Give one: guanxi console --execute "MATCH (u:User) RETURN count(u)". '
            "The console to type in comes with a later version.",
        )
    ask = Ask(execute, _parameters(param or []), mode, tuple(reveal or ()))
    shown = _SHOWN[format_]()
    try:
        if url is not None:
            for line in _remote(url, key, ask, purpose):
                _take(line, shown)
        else:
            asyncio.run(_local(ask, purpose, data_dir, shown))
    except ConsoleError as error:
        raise _placed(error, execute) from None


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


def _take(line: Any, shown: _Shown) -> None:
    """Show one line of an answer. Raises ConsoleError where it is one."""
    if isinstance(line, list):
        shown.row(cast("list[Any]", line))
    elif "columns" in line:
        shown.columns(line["columns"])
    elif "error" in line:
        shown.end()
        raise _error_of(line["error"])
    else:
        shown.end()
        _told(line["summary"])


async def _local(ask: Ask, purpose: str | None, data_dir: Path | None, shown: _Shown) -> None:
    """Show an answer of the graph here: who may open the data folder is an admin."""
    async with services(load_settings(data_dir=data_dir)) as found:
        caller = Caller(Role.ADMIN, _LOCAL)
        asker = Asker(caller, read_purpose(purpose, caller.role) if ask.reveal else None)
        parts: AsyncGenerator[Part] = found.console.run(ask, asker)
        async with aclosing(parts):
            async for part in parts:
                for line in part.values if isinstance(part, Rows) else [part.body()]:
                    _take(line, shown)


def _remote(url: str, key: str | None, ask: Ask, purpose: str | None) -> Iterator[Any]:
    """The lines of an answer of a server."""
    if not key:
        raise AccessError("There is no key.", remedy="Set GUANXI_KEY, or give --key.")
    body = {
        "statement": ask.statement,
        "parameters": dict(ask.parameters),
        "mode": str(ask.mode),
        "reveal": list(ask.reveal),
    }
    headers = {"Authorization": f"Bearer {key}"} | ({"X-Purpose": purpose} if purpose else {})
    address = f"{url.rstrip('/')}/v1/console/run"
    try:
        with requests.post(address, json=body, headers=headers, stream=True, timeout=_SECONDS) as response:
            if response.status_code != 200:
                yield _refused(response)
                return
            for line in response.iter_lines():
                yield json.loads(line)
    except (requests.RequestException, ValueError) as error:
        raise DatabaseUnavailableError(
            f"The server at {url} does not answer as one ({type(error).__name__}).",
            remedy="Check --url, and that `guanxi serve` runs there.",
        ) from None


def _refused(response: requests.Response) -> dict[str, Any]:
    body: Any = response.json()
    if not isinstance(body, dict) or "error" not in body:
        raise ValueError("no answer of ours")
    return cast("dict[str, Any]", body)


def _error_of(told: dict[str, Any]) -> GuanxiError:
    return ConsoleError(
        str(told.get("message", "")),
        hint=str(told.get("hint") or told.get("remedy") or ""),
        line=told.get("line"),
        column=told.get("column"),
        reason=str(told.get("code", "")),
    )


def _placed(error: ConsoleError, statement: str) -> InputError:
    """The error with the line it is in, and a caret under the place."""
    told = error_object(error)
    message = f"{error.message} ({told['code']})"
    lines = statement.split("\n")
    if error.line is not None and error.line <= len(lines):
        line, column = lines[error.line - 1], error.column or 1
        caret = " " * cell_len(line[: column - 1]) + "^"
        message = f"{message}\n  line {error.line}, column {column}:\n  {line}\n  {caret}"
    return InputError(message, remedy=error.hint)


def _told(summary: dict[str, Any]) -> None:
    rows = "1 row" if summary["rows"] == 1 else f"{summary['rows']:,} rows"
    cut = f", cut off at the limit of {summary['truncated']}" if summary["truncated"] else ""
    if plan := summary.get("plan"):
        for line in _plan_lines(plan, 0):
            typer.echo(line)
    typer.echo(f"{rows} in {summary['seconds']:.3f} s{cut}", err=True)


def _plan_lines(plan: dict[str, Any], depth: int) -> Iterable[str]:
    facts = [f"{name} {plan[name]}" for name in ("rows", "dbHits") if name in plan]
    details = f"  {plan['details']}" if plan.get("details") else ""
    yield f"{'| ' * depth}+{plan['operator']}{details}{'  ' + ', '.join(facts) if facts else ''}"
    for child in reversed(plan["children"]):
        yield from _plan_lines(child, depth + 1)


def _text(value: Any) -> str:
    """A value in a cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


class _Json:
    """A JSON object for each row."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def columns(self, names: list[str]) -> None:
        self._names = names

    def row(self, values: list[Any]) -> None:
        typer.echo(json.dumps(dict(zip(self._names, values, strict=True)), ensure_ascii=False))

    def end(self) -> None:
        """Nothing waits."""


class _Csv:
    """Comma-separated values; what a spreadsheet would take for a formula is a text there."""

    def columns(self, names: list[str]) -> None:
        self._write([_harmless(name) for name in names])

    def row(self, values: list[Any]) -> None:
        self._write([_harmless(value) if isinstance(value, str) else _text(value) for value in values])

    def end(self) -> None:
        """Nothing waits."""

    def _write(self, cells: list[str]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(cells)
        sys.stdout.write(line.getvalue())


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class _Table:
    """A table; the first rows say how wide its columns are, what is longer is cut."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []
        self._widths: list[int] | None = None

    def columns(self, names: list[str]) -> None:
        self._rows.append(names)

    def row(self, values: list[Any]) -> None:
        self._rows.append([_text(value).replace("\n", "⏎") for value in values])
        if self._widths is not None or len(self._rows) > _LOOKED_AT:
            self.end()

    def end(self) -> None:
        if self._widths is None and self._rows:
            self._widths = [
                min(_WIDEST, max(cell_len(cell) for cell in cells)) for cells in zip(*self._rows, strict=True)
            ]
            self._line(self._rows.pop(0))
            typer.echo("-+-".join("-" * width for width in self._widths))
        for row in self._rows:
            self._line(row)
        self._rows = []

    def _line(self, cells: list[str]) -> None:
        widths = self._widths or []
        typer.echo(
            " | ".join(_fitted(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        )


def _fitted(text: str, width: int) -> str:
    if cell_len(text) > width:
        kept = text[: width - 1]
        while cell_len(kept) > width - 1:
            kept = kept[:-1]
        text = f"{kept}…"
    return text + " " * (width - cell_len(text))


_SHOWN: Final[dict[Format, Callable[[], _Shown]]] = {
    Format.TABLE: _Table,
    Format.CSV: _Csv,
    Format.JSON: _Json,
}
