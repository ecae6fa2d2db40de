"""`guanxi referral`: programmes from TOML files, referrals and what is decided about them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.cli.progress import counting
from api.wiring import Services, services
from graph.clock import DAY, isoformat
from graph.fraud.preview import Preview, Window, what_if
from graph.fraud.rules import load_fraud_rules
from graph.ledger.units import write_amount
from graph.referral.difference import differences
from graph.referral.policy import load_policies, unpayable
from graph.referral.progress import Progress
from graph.referral.service import Claim, Detail, Filter, Referral
from graph.referral.sharing import SharedCode
from graph.referral.simulate import Simulated, Simulation
from graph.referral.terms import load_terms
from graph.referral.verdict import Judgement, Outcome
from graph.settings import load_settings

app = typer.Typer(
    name="referral", help="Referral programmes and referrals (docs/referral.md).", no_args_is_help=True
)

BY: Final = "cli"
"""Who did it, where an operator did at the machine itself."""

T = TypeVar("T")

File = Annotated[Path, typer.Argument(help="A TOML file, as graph/referral/programmes/two_sided.toml.")]
ProgrammeId = Annotated[str, typer.Argument(help="The programme's id, as two-sided.")]
ReferralId = Annotated[str, typer.Argument(help="The referral's id; see `guanxi referral list`.")]
OneId = Annotated[str, typer.Argument(help="The person's OneID, a former one too.")]
Note = Annotated[str, typer.Option("--note", help="Why; it is stored sealed.")]


@app.command()
def check(file: File, as_json: JsonFlag = False) -> None:
    """Validate a programme, and say what the law of its jurisdiction lets nobody get. Needs no database."""
    terms = load_terms(file)
    nobody = unpayable(terms, load_policies(load_settings().referral_policies).of(terms.jurisdiction))
    lines = [f"{terms.id}, version {terms.version}: it can be published."]
    lines += [
        f"Nobody can get {rule}: the policy of {terms.jurisdiction} pays fewer levels." for rule in nobody
    ]
    values = {
        "id": terms.id,
        "version": terms.version,
        "digest": terms.digest(),
        "unpayable": list(nobody),
    }
    show(values, text="\n".join(lines), as_json=as_json)


@app.command()
def publish(file: File, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Publish the next version of a programme and fund its budgets; the same again changes nothing."""
    terms = load_terms(file)
    version = _run(data_dir, lambda found: found.programmes.publish(terms, by=BY))
    values = {
        "id": terms.id,
        "version": terms.version,
        "digest": version.digest,
        "publishedAt": isoformat(version.recorded_at),
    }
    show(values, text=f"Version {terms.version} of {terms.id} is published.", as_json=as_json)


@app.command()
def programmes(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """List the programmes, by their newest versions."""
    found = _run(data_dir, lambda found: found.programmes.all())
    newest = [(id_, found[id_].newest.terms) for id_ in sorted(found)]
    text = "\n".join(
        f"{id_:24}  version {terms.version:3}  {terms.starts_on} to {terms.ends_on or 'any time'}  {terms.name.en}"
        for id_, terms in newest
    )
    values = {"programmes": [{"id": id_, "version": terms.version} for id_, terms in newest]}
    show(values, text=text or "There is no programme.", as_json=as_json)


@app.command()
def programme(id_: ProgrammeId, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Show a programme: when each version was published, and what it changed."""
    found = _run(data_dir, lambda found: found.programmes.get(id_))
    versions: list[dict[str, Any]] = []
    for version, before in zip(found.versions, (None, *found.versions), strict=False):
        changes = differences(before.terms, version.terms) if before else ()
        versions.append(
            {
                "version": version.terms.version,
                "publishedAt": isoformat(version.recorded_at),
                "by": version.by,
                "changes": list(changes),
                "content": version.terms.content(),
            }
        )
    lines: list[str] = []
    for told in versions:
        lines += [f"Version {told['version']}, published {told['publishedAt']}", *told["changes"]]
    show({"id": id_, "versions": versions}, text="\n".join(lines), as_json=as_json)


@app.command()
def simulate(file: File, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Tell what a programme would have granted over the referrals there are; writes nothing."""
    terms = load_terms(file)

    async def work(found: Services) -> Simulated:
        simulation = Simulation(
            found.database,
            referrals=found.referrals,
            policies=found.policies,
            look=found.fraud,
            clock=found.clock,
        )
        with counting("Simulating", unit="referrals") as advance:
            return await simulation.simulate(terms, advance=advance)

    told = _run(data_dir, work)
    lines = [
        f"{told.referrals:,} referrals: " + ", ".join(f"{n:,} {what}" for what, n in told.progress.items())
    ]
    for rule in told.rules:
        lines.append(f"{rule.rule}: {rule.count:,} times, {write_amount(rule.amount, rule.unit)} {rule.unit}")
        lines += [f"  not {times:,} times: {why}" for why, times in rule.stopped.items()]
    lines += [f"Left of the budget: {write_amount(left, unit)} {unit}" for unit, left in told.left.items()]
    values = {
        "referrals": told.referrals,
        "progress": dict(told.progress),
        "judgement": dict(told.judgement),
        "rules": [{**asdict(rule), "stopped": dict(rule.stopped)} for rule in told.rules],
        "left": told.left,
    }
    show(values, text="\n".join(lines), as_json=as_json)


@app.command("what-if")
def what_if_(
    rules: Annotated[Path, typer.Argument(help="Other rules of fraud, as graph/fraud/rules.toml.")],
    programme_id: ProgrammeId,
    days: Annotated[
        int, typer.Option("--days", min=1, max=3650, help="Referrals first heard of in so many days.")
    ] = 365,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell what other rules of fraud would flag and clear over the referrals there are; writes nothing."""
    new = load_fraud_rules(rules)

    async def work(found: Services) -> Preview:
        now = found.clock()
        window = Window(programme_id, since=now - days * DAY, before=now)
        return await what_if(found.database.read_one, found.fraud.rules, new, window)

    told = _run(data_dir, work)
    lines = [
        f"{told.looked_at:,} referrals: {told.flagged:,} would be flagged that are not, "
        f"{told.cleared:,} would be clear that are not."
    ]
    for code, change in sorted(told.by_code.items()):
        lines.append(
            f"{code}: {change.flagged:,} more, {change.cleared:,} fewer, {change.kept:,} as now"
            + "".join(f"\n  {id_}" for id_ in (*change.flagged_examples, *change.cleared_examples))
        )
    for code, weighed in sorted(told.weights.items()):
        lines.append(
            f"{code}: reviewers' answers suggest a weight of {weighed.suggested}, not {weighed.declared}"
        )
    show(asdict(told), text="\n".join(lines), as_json=as_json)


@app.command("list")
def list_referrals(
    programme_id: ProgrammeId,
    progress: Annotated[Progress | None, typer.Option("--progress", help="Come so far only.")] = None,
    judgement: Annotated[Judgement | None, typer.Option("--judgement", help="Judged so only.")] = None,
    dealer: Annotated[str | None, typer.Option("--dealer", help="Whose order is of this dealer.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List a programme's referrals, newest first."""
    which = Filter(progress, judgement, dealer)
    found, more = _run(data_dir, lambda found: found.referrals.page(programme_id, which=which, first=limit))
    lines = [_line(one) for one in found]
    if more is not None:
        lines.append("There are more: give a larger --limit.")
    values = {"referrals": [_values(one) for one in found], "more": more is not None}
    show(values, text="\n".join(lines) or "There is no such referral.", as_json=as_json)


@app.command("show")
def show_referral(id_: ReferralId, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Show a referral: what speaks against it and by which way, what people decided, what was granted."""
    _show(_run(data_dir, lambda found: found.referrals.get(id_)), as_json=as_json)


@app.command()
def decide(
    id_: ReferralId,
    outcome: Annotated[Outcome, typer.Argument(help="cleared, rejected, or withdrawn to take that back.")],
    note: Note,
    idempotency_key: Annotated[
        str | None, typer.Option("--idempotency-key", help="Makes it safe to ask again.")
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Clear or reject a referral; `guanxi serve` judges it anew within a second or so."""
    detail = _run(
        data_dir,
        lambda found: found.referrals.decide(id_, outcome, note=note, by=BY, idempotency_key=idempotency_key),
    )
    _show(detail, as_json=as_json)


@app.command()
def reviews(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List what waits for a person: rewards that would not be granted now. Longest waiting first."""
    found = _run(data_dir, lambda found: found.referrals.reviews(first=limit))
    text = "\n".join(f"{isoformat(one['at'])}  {one['kind']:14}  {one['key']}" for one in found)
    show({"reviews": [_review(one) for one in found]}, text=text or "Nothing waits.", as_json=as_json)


@app.command()
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
    found = _run(data_dir, lambda found: found.referrals.decide_review(key, accept=accept, note=note, by=BY))
    show(_review(found), text=f"{found['key']} is {found['state']}.", as_json=as_json)


@app.command()
def claims(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 100,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List open claims: orders that somebody says were brought by codes that nobody entered. Oldest first."""
    found = _run(data_dir, lambda found: found.referrals.claims(first=limit))
    values = [_claim(one) for one in found]
    text = "\n".join(
        f"{one['madeAt']}  {one['programme']}  {one['codes']}  {one['id']}\n  {one['evidence']}"
        for one in values
    )
    show({"claims": values}, text=text or "Nothing is claimed.", as_json=as_json)


@app.command()
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
    found = _run(data_dir, lambda found: found.referrals.decide_claim(id_, accept=accept, note=note, by=BY))
    values = _claim(found)
    show(values, text=f"{values['id']} is {values['state']}.", as_json=as_json)


@app.command()
def code(
    programme_id: ProgrammeId, one_id: OneId, data_dir: DataDir = None, as_json: JsonFlag = False
) -> None:
    """Show a person's code in a programme, made at first need; refused to who may not refer in it."""
    found = _run(data_dir, lambda found: found.sharing.issue_code(programme_id, one_id, by=BY))
    show(_code(found), text=found.code, as_json=as_json)


@app.command()
def disable(
    code_: Annotated[str, typer.Argument(metavar="CODE", help="The code, as it is typed.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it names nobody.")],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Let a code bring nobody from now on; what it brought before stays."""
    found = _run(data_dir, lambda found: found.sharing.disable_code(code_, reason=reason, by=BY))
    show(_code(found), text=f"{found.code} brings nobody any more.", as_json=as_json)


def _run(data_dir: Path | None, work: Callable[[Services], Awaitable[T]]) -> T:
    async def run() -> T:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await work(found)

    return asyncio.run(run())


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


def _claim(found: Claim) -> dict[str, Any]:
    p = found.properties
    told = {name: p.get(name) for name in ("id", "programme", "state", "evidence", "note")}
    return told | {"friend": found.friend, "codes": json.loads(p["shares"]), "madeAt": isoformat(p["madeAt"])}


def _code(found: SharedCode) -> dict[str, Any]:
    return {
        "code": found.code,
        "programme": found.programme,
        "oneId": found.one_id,
        "disabled": found.disabled_at is not None,
    }
