"""`guanxi referral`: orders that are claimed for codes which nobody entered in time."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.cli.referral.common import BY, IdempotencyKey, Limit, Note, OneId, ProgrammeId, run_with
from api.gql.standing.shapes import order_named
from graph.clock import isoformat
from graph.errors import InputError
from graph.referral.service import Claim


def claims(
    limit: Limit = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List open claims: orders that somebody says were brought by codes that nobody entered. Oldest first."""
    found = run_with(data_dir, lambda found: found.referrals.claims(first=limit))
    values = [_claim(one) for one in found]
    text = "\n".join(
        f"{one['madeAt']}  {one['programme']}  {one['codes']}  {one['id']}\n  {one['evidence']}"
        for one in values
    )
    show({"claims": values}, text=text or "Nothing is claimed.", as_json=as_json)


def claim_order(
    programme_id: ProgrammeId,
    one_id: OneId,
    order: Annotated[
        str, typer.Argument(help="The order's id, as `orders` of GraphQL's User has it, or its key.")
    ],
    codes: Annotated[
        list[str],
        typer.Option(
            "--code",
            help="Whose code brought them; again for several, each as CODE=WEIGHT (1 to 1,000) to split the credit.",
        ),
    ],
    evidence: Annotated[str, typer.Option("--evidence", help="What is said for it; it is stored sealed.")],
    idempotency_key: IdempotencyKey = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Claim a person's order for codes that nobody entered in time; a person decides it by `guanxi referral claim`."""
    shares = _shares(codes)
    found = run_with(
        data_dir,
        lambda found: found.referrals.claim(
            programme_id,
            one_id,
            order_named(order),
            shares,
            evidence=evidence,
            by=BY,
            idempotency_key=idempotency_key,
        ),
    )
    values = _claim(found)
    show(values, text=f"{values['id']} is {values['state']}.", as_json=as_json)


def claim(
    id_: Annotated[
        str, typer.Argument(metavar="CLAIM", help="Id of the claim; see `guanxi referral claims`.")
    ],
    note: Note,
    accept: Annotated[
        bool, typer.Option("--accept/--refuse", help="Give the order to what was claimed, or refuse.")
    ],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Decide a claim; the same again changes nothing."""
    found = run_with(
        data_dir, lambda found: found.referrals.decide_claim(id_, accept=accept, note=note, by=BY)
    )
    values = _claim(found)
    show(values, text=f"{values['id']} is {values['state']}.", as_json=as_json)


def _shares(codes: list[str]) -> dict[str, int]:
    """The weight of each code; 1 where none is said."""
    found: dict[str, int] = {}
    for each in codes:
        code, _, weight = each.partition("=")
        if code in found:
            raise InputError("A code is there twice.", remedy="Give each code once, with its weight.")
        try:
            found[code] = int(weight or 1)
        except ValueError:
            raise InputError(
                "A code's weight is no number.", remedy="Give it as --code 7KQM-3XRT=2."
            ) from None
    return found


def _claim(found: Claim) -> dict[str, Any]:
    p = found.properties
    told = {name: p.get(name) for name in ("id", "programme", "state", "evidence", "note")}
    return told | {"friend": found.friend, "codes": json.loads(p["shares"]), "madeAt": isoformat(p["madeAt"])}
