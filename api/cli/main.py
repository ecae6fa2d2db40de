"""The command `guanxi`: one sub-application a domain, errors as one clear message."""

from __future__ import annotations

import sys

import structlog
import typer

from api.cli import db
from api.cli.doctor import doctor
from api.cli.output import show_error
from graph.errors import GuanxiError

app = typer.Typer(
    name="guanxi",
    help="Customer relationships as a graph: one person, recognised across every channel, in Neo4j.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(db.app, name="db")
app.command()(doctor)


def run() -> None:
    """Run the command line: exit code 0 when it went well, 1 when it failed, 2 when the input is wrong."""
    # What a command answers goes to standard output; what it reports on the way must not mix with it.
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=sys.stderr))
    try:
        app()
    except GuanxiError as error:
        sys.exit(show_error(error))
