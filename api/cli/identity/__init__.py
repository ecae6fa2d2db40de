"""`guanxi identity`: matching models, judgements and explanations of who is who."""

from __future__ import annotations

import typer

from api.cli.identity import explain, judge, model
from api.cli.identity.changes import changes
from api.cli.identity.review import review

app = typer.Typer(
    help="Who is who: train and use a matching model, judge, and explain.",
    no_args_is_help=True,
)
for command in (
    model.train,
    model.link,
    model.models,
    judge.same,
    judge.different,
    judge.split,
    judge.move,
    judge.mark,
    judge.retract,
    judge.judgements,
    review,
    explain.why,
    explain.why_not,
    explain.how,
    explain.weakest_links,
    changes,
):
    app.command()(command)
