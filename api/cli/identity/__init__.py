"""`guanxi identity`: matching models, judgements and explanations of who is who."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Who is who: train and use a matching model, judge, and explain.",
    no_args_is_help=True,
)
