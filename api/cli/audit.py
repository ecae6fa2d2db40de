"""`guanxi audit`: who saw personal values in the clear, and what was asked in the console."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.output import DataDir, JsonFlag
from graph.access.audit import AuditLog, Disclosure, Filter
from graph.clock import isoformat
from graph.errors import InputError
from graph.ingest.times import parse_time
from graph.settings import load_settings

_FAR: Final = 10**16
"""A time to come may be named, too."""
_SHOWN: Final = 3
"""Subjects of one line."""

app = typer.Typer(
    no_args_is_help=True,
    help="Who saw personal values in the clear, of whom and what for, and what was asked in the console.",
)

Since = Annotated[str | None, typer.Option("--since", help="At or after this time (ISO 8601).")]
Until = Annotated[str | None, typer.Option("--until", help="Before this time (ISO 8601).")]
Key = Annotated[str | None, typer.Option("--key", help="Only by the key of this id.")]
For = Annotated[str | None, typer.Option("--purpose", help="Only for this purpose.")]
Of = Annotated[str | None, typer.Option("--one-id", help="Only of this person.")]


@app.command("list")
def list_(
    since: Since = None,
    until: Until = None,
    key: Key = None,
    purpose: For = None,
    one_id: Of = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the oldest.")] = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Show answers that held personal values in the clear, oldest first; never the values."""
    found = list(islice(_log(data_dir).read(_filter(since, until, key, purpose, one_id)), limit))
    if as_json:
        typer.echo(json.dumps([_facts(one) for one in found]))
        return
    for one in found:
        shown = ", ".join(one.subjects[:_SHOWN])
        more = f" and {len(one.subjects) - _SHOWN} more" if len(one.subjects) > _SHOWN else ""
        typer.echo(
            f"{isoformat(one.at)}  {one.key_id}  {one.role:<8} {one.purpose:<15} {one.operation}  {shown}{more}"
        )


@app.command()
def runs(
    since: Since = None,
    until: Until = None,
    key: Key = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, the oldest.")] = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what was asked in the console, refused statements too, oldest first; never what was answered."""
    found = list(islice(_log(data_dir).runs(_filter(since, until, key, None, None)), limit))
    if as_json:
        typer.echo(json.dumps([asdict(one) | {"at": isoformat(one.at)} for one in found]))
        return
    for one in found:
        statement = " ".join(one.statement.split())
        typer.echo(
            f"{isoformat(one.at)}  {one.key_id}  {one.role:<8} {one.outcome:<12} {one.rows} rows "
            f"{one.micros / 1e6:.3f} s  {statement}"
        )


@app.command()
def export(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, as JSON Lines.")],
    since: Since = None,
    until: Until = None,
    key: Key = None,
    purpose: For = None,
    one_id: Of = None,
    data_dir: DataDir = None,
) -> None:
    """Write all of them to a file, one JSON object a line."""
    count = 0
    try:
        with output.open("x", encoding="utf-8") as file:
            for one in _log(data_dir).read(_filter(since, until, key, purpose, one_id)):
                file.write(json.dumps(_facts(one)) + "\n")
                count += 1
    except OSError as error:
        raise InputError(
            f"{output} cannot be written: {error.strerror}.", remedy="Name a new file."
        ) from None
    typer.echo(f"{count} answers written to {output}.")


def _log(data_dir: Path | None) -> AuditLog:
    return AuditLog(load_settings(data_dir=data_dir).audit_file)


def _filter(
    since: str | None, until: str | None, key: str | None, purpose: str | None, one_id: str | None
) -> Filter:
    return Filter(since=_time(since), until=_time(until), key_id=key, purpose=purpose, subject=one_id)


def _time(text: str | None) -> int | None:
    return None if text is None else parse_time(text, now=_FAR)


def _facts(one: Disclosure) -> dict[str, Any]:
    return asdict(one) | {"at": isoformat(one.at)}
