"""The command `guanxi`: one sub-application a domain, errors as one clear message."""

from __future__ import annotations

import gc
import sys

import structlog
import typer

from api.cli import (
    audit,
    check,
    db,
    export,
    identity,
    ingest,
    key,
    keyring,
    ledger,
    referral,
    search,
    source,
    webhook,
)
from api.cli.console import console
from api.cli.demo import demo
from api.cli.doctor import doctor
from api.cli.erase import erase
from api.cli.migrate import migrate
from api.cli.output import show_error
from api.cli.seed import seed
from api.cli.serve import serve
from graph.errors import GuanxiError

app = typer.Typer(
    name="guanxi",
    help="Customer relationships as a graph: one person, recognised across every channel, in Neo4j.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (serve, demo, migrate, seed, doctor, erase, console):
    app.command()(command)
for name, group in {
    "ingest": ingest.app,
    "export": export.app,
    "identity": identity.app,
    "source": source.app,
    "key": key.app,
    "audit": audit.app,
    "db": db.app,
    "check": check.app,
    "keyring": keyring.app,
    "search": search.app,
    "webhook": webhook.app,
    "ledger": ledger.app,
    "referral": referral.app,
}.items():
    app.add_typer(group, name=name)


def log_beside() -> None:
    """What a command answers goes to standard output; what is logged on the way must not mix with it."""
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=sys.stderr))


def run() -> None:
    """Run the command line: exit code 0 when it went well, 1 when it failed, 2 when the input is wrong."""
    gc.freeze()  # modules stay: the cycle collector need not walk through them again and again
    log_beside()
    try:
        app()
    except GuanxiError as error:
        sys.exit(show_error(error))
    finally:
        gc.unfreeze()  # or libraries report all of it as leaked
