"""How commands speak: text for people, JSON for programs, errors in one form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from graph.errors import GuanxiError, InputError

OK = 0
FAILED = 1
BAD_INPUT = 2
NOT_RUNNING = 3

JsonFlag = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Data folder to use instead of GUANXI_DATA_DIR.", file_okay=False),
]


def show(values: dict[str, Any], *, text: str, as_json: bool) -> None:
    """Print the values as one line of JSON, or the text."""
    typer.echo(json.dumps(values, ensure_ascii=False, default=str) if as_json else text)


def show_error(error: GuanxiError) -> int:
    """Print what is wrong and what to do on standard error; the exit code to end with."""
    typer.secho(f"Error: {error.message}", err=True, fg=typer.colors.RED)
    if error.remedy:
        typer.echo(error.remedy, err=True)
    return BAD_INPUT if isinstance(error, InputError) else FAILED
