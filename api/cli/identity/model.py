"""`guanxi identity train | link | models`: probabilistic matching."""

from __future__ import annotations

import asyncio
import os
from contextlib import AbstractContextManager
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from api.cli.follow import follow_feed
from api.cli.output import DataDir, JsonFlag, show
from api.cli.progress import counting
from api.wiring import services
from graph.clock import to_datetime
from graph.errors import InputError
from graph.feed.follow import Advance
from graph.matching.diagnostics import diagnostics_html
from graph.matching.engine import Engine
from graph.matching.service import Linked, StoredModel
from graph.settings import load_settings

_MODE = 0o600


def train(
    seed: Annotated[
        int, typer.Option("--seed", help="Of what is drawn at random; the same gives the same.")
    ] = 0,
    engine: Annotated[
        Engine, typer.Option("--engine", help="What Splink estimates with; Spark needs PySpark and a JDK.")
    ] = Engine.DUCKDB,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Where to write the diagnostics, a page to open in a browser."),
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Learn from all profiles how to tell one person from another; needs no labels and no tuning.

    Neither the model nor its page holds a value of anybody. `guanxi identity link` then uses it.
    """
    settings = load_settings(data_dir=data_dir)

    async def run() -> StoredModel:
        async with services(settings) as found:
            return await found.matching.train(seed=seed, engine=engine, phase=_phase)

    trained = asyncio.run(run())
    page = report or settings.data_dir / "models" / f"{trained.version}.html"
    _write(page, diagnostics_html(trained.model))
    fields = [one.field.name for one in trained.model.fields]
    values = {
        "model": trained.version,
        "records": trained.model.diagnostics["records"],
        "fields": fields,
        "rules": ["+".join(rule) for rule in trained.model.rules],
        "report": str(page),
    }
    text = (
        f"Trained model {trained.version} on {values['records']:,} profiles; it compares {', '.join(fields)}.\n"
        f"How it weighs: {page}\nNow run `guanxi identity link`."
    )
    show(values, text=text, as_json=as_json)


def link(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Compare all profiles by the newest model, and join those that are one person.

    From then on what arrives is compared on arrival. Running it again changes nothing but what changed.
    """

    async def run() -> Linked:
        async with services(load_settings(data_dir=data_dir)) as found:
            linked = await found.matching.link(phase=_phase)
            await follow_feed(found)
            return linked

    linked = asyncio.run(run())
    values = {
        "model": linked.version,
        "profiles": linked.profiles,
        "pairs": linked.pairs,
        "changed": linked.changed,
        "moved": linked.moved,
    }
    text = (
        f"Compared {linked.profiles:,} profiles: {linked.pairs:,} pairs are likely one person"
        f" ({linked.changed:,} new or changed); {linked.moved:,} profiles went to another user."
    )
    show(values, text=text, as_json=as_json)


def models(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """List the trained models, the newest first."""

    async def run() -> list[StoredModel]:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await found.matching.models()

    found = asyncio.run(run())
    rows = [
        {"model": one.version, "trainedAt": _time(one.recorded_at), "usedSince": _time(one.linked_at)}
        for one in found
    ]
    text = "\n".join(
        f"{row['model']}  trained {row['trainedAt']}  "
        + (
            f"used since {row['usedSince']}"
            if row["usedSince"]
            else "not used yet: run `guanxi identity link`"
        )
        for row in rows
    )
    show(
        {"models": rows},
        text=text or "There is no model; train one by `guanxi identity train`.",
        as_json=as_json,
    )


def _phase(label: str) -> AbstractContextManager[Advance]:
    return counting(label, unit="done")


def _time(at: int | None) -> str | None:
    return to_datetime(at).astimezone(UTC).isoformat(timespec="seconds") if at is not None else None


def _write(path: Path, page: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(page)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", remedy="Give another by --report."
        ) from None
