"""`guanxi referral`: codes, and what participants do for the community."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.cli.referral.common import BY, IdempotencyKey, OneId, ProgrammeId, run_with
from graph.clock import new_id
from graph.explanation.model import Language
from graph.ledger.model import Outcome
from graph.ledger.words import shown
from graph.referral.sharing import SharedCode


def code(
    programme_id: ProgrammeId, one_id: OneId, data_dir: DataDir = None, as_json: JsonFlag = False
) -> None:
    """Show a person's code in a programme, made at first need; refused to who may not refer in it."""
    found = run_with(data_dir, lambda found: found.sharing.issue_code(programme_id, one_id, by=BY))
    show(_code(found), text=found.code, as_json=as_json)


def disable(
    code_: Annotated[str, typer.Argument(metavar="CODE", help="The code, as it is typed.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it names nobody.")],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Let a code bring nobody from now on; what it brought before stays."""
    found = run_with(data_dir, lambda found: found.sharing.disable_code(code_, reason=reason, by=BY))
    show(_code(found), text=f"{found.code} brings nobody any more.", as_json=as_json)


def report_activity(
    programme_id: ProgrammeId,
    one_id: OneId,
    event: Annotated[
        str, typer.Argument(help="The act, as the programme's `activities` name it, as batteryShared.")
    ],
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Others have confirmed it; some rules want that.")
    ] = False,
    idempotency_key: IdempotencyKey = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Report what a participant did for the community: what its rules give is available at once, as far as caps let it.

    The same idempotency key is told the first outcome; without one, reporting again earns again.
    """
    outcomes = run_with(
        data_dir,
        lambda found: found.activities.report(
            programme_id,
            one_id,
            event,
            by=BY,
            idempotency_key=idempotency_key or new_id(),
            confirmed=confirmed,
        ),
    )
    lines = [
        f"{one.rule}: {one.result}, {shown(one.amount, one.unit, Language.EN)}"
        + (f" ({one.reason})" if one.reason else "")
        for one in outcomes
    ]
    values = {"outcomes": [_outcome(one) for one in outcomes]}
    show(values, text="\n".join(lines), as_json=as_json)


def _outcome(one: Outcome) -> dict[str, Any]:
    return {
        name: getattr(one, name) for name in ("rule", "result", "unit", "asked", "amount", "reason", "reward")
    }


def _code(found: SharedCode) -> dict[str, Any]:
    return {
        "code": found.code,
        "programme": found.programme,
        "oneId": found.one_id,
        "disabled": found.disabled_at is not None,
    }
