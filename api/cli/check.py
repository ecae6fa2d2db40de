"""`guanxi check`: is what is stored right, are the statements good, how well were people recognised."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.output import FAILED, DataDir, JsonFlag, show
from api.cli.progress import counting
from api.wiring import Services, services
from graph.db.invariants import broken_invariants
from graph.db.plans import explain
from graph.profile.export import export_identities
from graph.settings import load_settings
from seed.metrics import Scores, compare
from seed.truth import read_truth

app = typer.Typer(
    no_args_is_help=True, help="Check stored data, statements, and identity against a known truth."
)


@app.command()
def invariants(as_json: JsonFlag = False, data_dir: DataDir = None) -> None:
    """Run every invariant; exit code 1 where one does not hold."""

    async def run() -> dict[str, list[dict[str, Any]]]:
        async with services(load_settings(data_dir=data_dir)) as opened:
            return await broken_invariants(opened.database)

    broken = asyncio.run(run())
    lines = [f"{name}: {row['subject']}: {row['detail']}" for name, rows in broken.items() for row in rows]
    show({"broken": broken}, text="\n".join(lines) or "Every invariant holds.", as_json=as_json)
    raise typer.Exit(FAILED if broken else 0)


@app.command()
def queries(as_json: JsonFlag = False, data_dir: DataDir = None) -> None:
    """EXPLAIN every statement of the shelf on this database; exit code 1 where a plan breaks the rules.

    Worth more on a database with people in it: the planner looks at how many there are.
    """

    async def run(opened: Services) -> list[str]:
        found: list[str] = []
        statements = opened.database.statements
        with counting("Explaining", unit="statements", total=len(statements)) as advance:
            for statement in statements.values():
                found += [str(finding) for finding in await explain(opened.database, statement)]
                advance(1)
        return found

    async def opened() -> list[str]:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await run(found)

    findings = asyncio.run(opened())
    show({"findings": findings}, text="\n".join(findings) or "Every plan keeps the rules.", as_json=as_json)
    raise typer.Exit(FAILED if findings else 0)


@app.command()
def truth(
    file: Annotated[
        Path, typer.Argument(help="A truth file of `guanxi seed --truth`.", exists=True, dir_okay=False)
    ],
    as_json: JsonFlag = False,
    data_dir: DataDir = None,
) -> None:
    """Compare who is one person here with who really is: pairwise and B³ precision, recall, F1; over-merge."""

    async def run() -> Scores:
        async with services(load_settings(data_dir=data_dir)) as opened:
            return await score(opened, file)

    scores = asyncio.run(run())
    show(scores_to_dict(scores), text=_table(scores), as_json=as_json)


async def score(opened: Services, file: Path) -> Scores:
    """The scores of the present partition; records of the file that are not here count as people alone."""
    predicted: dict[tuple[str, str], str] = {}
    with counting("Reading identities", unit="profiles") as advance:
        async for page in export_identities(opened.database, opened.keyring):
            predicted.update({(source, record_id): one_id for source, record_id, one_id in page})
            advance(len(page))
    facts = (((t.source, t.record_id), t.person_id, t.household_id) for t in read_truth(file))
    return await asyncio.to_thread(compare, facts, predicted)


def scores_to_dict(scores: Scores) -> dict[str, float | int]:
    """The scores under their names, for JSON."""
    return {
        "precision": scores.precision,
        "recall": scores.recall,
        "f1": scores.f1,
        "b3Precision": scores.b3_precision,
        "b3Recall": scores.b3_recall,
        "b3F1": scores.b3_f1,
        "familyOverMerge": scores.family_over_merge,
        "profiles": scores.profiles,
        "people": scores.people,
        "clusters": scores.clusters,
    }


def _table(scores: Scores) -> str:
    return "\n".join(
        (
            f"{scores.profiles:,} profiles, {scores.people:,} people, {scores.clusters:,} found",
            f"pairwise  precision {scores.precision:.4f}  recall {scores.recall:.4f}  F1 {scores.f1:.4f}",
            f"B³        precision {scores.b3_precision:.4f}  recall {scores.b3_recall:.4f}  F1 {scores.b3_f1:.4f}",
            f"family over-merge rate {scores.family_over_merge:.4%}",
        )
    )
