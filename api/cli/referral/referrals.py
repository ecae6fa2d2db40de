"""`guanxi referral`: referrals, and what is decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.cli.referral.common import BY, IdempotencyKey, Limit, Note, ProgrammeId, run_with
from graph.clock import isoformat
from graph.referral.progress import Progress
from graph.referral.service import Detail, Filter, Referral
from graph.referral.verdict import Judgement, Outcome

ReferralId = Annotated[str, typer.Argument(help="The referral's id; see `guanxi referral list`.")]


def list_referrals(
    programme_id: ProgrammeId,
    progress: Annotated[Progress | None, typer.Option("--progress", help="Come so far only.")] = None,
    judgement: Annotated[Judgement | None, typer.Option("--judgement", help="Judged so only.")] = None,
    dealer: Annotated[str | None, typer.Option("--dealer", help="Whose order is of this dealer.")] = None,
    limit: Limit = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List a programme's referrals, newest first."""
    which = Filter(progress, judgement, dealer)
    found, more = run_with(
        data_dir, lambda found: found.referrals.page(programme_id, which=which, first=limit)
    )
    lines = [_line(one) for one in found]
    if more is not None:
        lines.append("There are more: give a larger --limit.")
    values = {"referrals": [_values(one) for one in found], "more": more is not None}
    show(values, text="\n".join(lines) or "There is no such referral.", as_json=as_json)


def show_referral(id_: ReferralId, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Show a referral: what speaks against it and by which way, what people decided, what was granted."""
    _show(run_with(data_dir, lambda found: found.referrals.get(id_)), as_json=as_json)


def decide(
    id_: ReferralId,
    outcome: Annotated[Outcome, typer.Argument(help="cleared, rejected, or withdrawn to take that back.")],
    note: Note,
    idempotency_key: IdempotencyKey = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Clear or reject a referral; `guanxi serve` judges it anew within a second or so."""
    detail = run_with(
        data_dir,
        lambda found: found.referrals.decide(id_, outcome, note=note, by=BY, idempotency_key=idempotency_key),
    )
    _show(detail, as_json=as_json)


def reviews(
    limit: Limit = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List what waits for a person: rewards that would not be granted now. Longest waiting first."""
    found = run_with(data_dir, lambda found: found.referrals.reviews(first=limit))
    text = "\n".join(f"{isoformat(one['at'])}  {one['kind']:14}  {one['key']}" for one in found)
    show({"reviews": [_review(one) for one in found]}, text=text or "Nothing waits.", as_json=as_json)


def review(
    key: Annotated[str, typer.Argument(help="Key of the review; see `guanxi referral reviews`.")],
    note: Note,
    accept: Annotated[
        bool, typer.Option("--accept/--refuse", help="Take back what it is about, or leave it.")
    ],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Decide a review; the same again changes nothing."""
    found = run_with(
        data_dir, lambda found: found.referrals.decide_review(key, accept=accept, note=note, by=BY)
    )
    show(_review(found), text=f"{found['key']} is {found['state']}.", as_json=as_json)


def _show(detail: Detail, *, as_json: bool) -> None:
    lines = [_line(detail.referral)]
    for flag in detail.flags:
        lines += [f"Flag {flag['code']} ({flag['score']:.2f}): {flag['clears']}", f"  by {flag['path']}"]
    lines += [f"{one['outcome']} by {one['by']}: {one['note']}" for one in detail.decisions]
    lines += [f"Review {one['kind']} is {one['state']}: {one['key']}" for one in detail.reviews]
    lines += [f"Reward {one['key']}: {one['state']}" for one in detail.rewards]
    values = {
        **_values(detail.referral),
        "flags": [
            {name: flag[name] for name in ("code", "score", "path", "clears")} for flag in detail.flags
        ],
        "decisions": [{name: one[name] for name in ("outcome", "by", "note")} for one in detail.decisions],
        "reviews": [_review(one) for one in detail.reviews],
        "rewards": [
            {name: one[name] for name in ("key", "state", "unit", "amount")} for one in detail.rewards
        ],
    }
    show(values, text="\n".join(lines), as_json=as_json)


def _line(one: Referral) -> str:
    p = one.properties
    return f"{isoformat(p['openedAt'])}  {p['progress']:11}  {p['judgement']:9}  {one.id}"


def _values(one: Referral) -> dict[str, Any]:
    p = one.properties
    told = {name: p.get(name) for name in ("programme", "code", "progress", "judgement", "model", "dealer")}
    return {
        "id": one.id,
        "referrer": one.referrer,
        "friend": one.friend,
        **told,
        "openedAt": isoformat(p["openedAt"]),
    }


def _review(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.get(name) for name in ("key", "referral", "reward", "kind", "state", "note")}
