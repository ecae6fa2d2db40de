"""`guanxi referral`: programmes from TOML files, and what they would come to."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.cli.progress import counting
from api.cli.referral.common import BY, ProgrammeId, run_with
from api.wiring import Services
from graph.clock import DAY, isoformat
from graph.fraud.preview import Preview, Window, what_if
from graph.fraud.rules import load_fraud_rules
from graph.ledger.units import write_amount
from graph.referral.difference import differences
from graph.referral.policy import load_policies, unpayable
from graph.referral.simulate import Simulated, Simulation
from graph.referral.terms import load_terms
from graph.settings import load_settings

File = Annotated[Path, typer.Argument(help="A TOML file, as graph/referral/programmes/two_sided.toml.")]


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


def publish(file: File, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Publish the next version of a programme and fund its budgets; the same again changes nothing."""
    terms = load_terms(file)
    version = run_with(data_dir, lambda found: found.programmes.publish(terms, by=BY))
    values = {
        "id": terms.id,
        "version": terms.version,
        "digest": version.digest,
        "publishedAt": isoformat(version.recorded_at),
    }
    show(values, text=f"Version {terms.version} of {terms.id} is published.", as_json=as_json)


def programmes(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """List the programmes, by their newest versions."""
    found = run_with(data_dir, lambda found: found.programmes.all())
    newest = [(id_, found[id_].newest.terms) for id_ in sorted(found)]
    text = "\n".join(
        f"{id_:24}  version {terms.version:3}  {terms.starts_on} to {terms.ends_on or 'any time'}  {terms.name.en}"
        for id_, terms in newest
    )
    values = {"programmes": [{"id": id_, "version": terms.version} for id_, terms in newest]}
    show(values, text=text or "There is no programme.", as_json=as_json)


def programme(id_: ProgrammeId, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Show a programme: when each version was published, and what it changed."""
    found = run_with(data_dir, lambda found: found.programmes.get(id_))
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

    told = run_with(data_dir, work)
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

    told = run_with(data_dir, work)
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
