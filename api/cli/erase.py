"""`guanxi erase`: a profile or a person, for good. `--dry-run` tells what would go, and changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.identity.judge import change_line, change_values
from api.cli.output import DataDir, JsonFlag, show
from api.wiring import Services, services
from graph.clock import isoformat
from graph.erasure.model import ByPerson, ByProfile, ByRecord, Erasure, ErasurePreview, Removed, Target
from graph.errors import InputError
from graph.settings import load_settings

BY: Final = "cli"
"""Who erased, where an operator did at the machine itself."""


def erase(
    profile: Annotated[str | None, typer.Argument(help="Id of the profile.", show_default=False)] = None,
    source: Annotated[str | None, typer.Option("--source", help="Its source, instead of its id.")] = None,
    record: Annotated[str | None, typer.Option("--record", help="Its record id in that source.")] = None,
    user: Annotated[
        str | None, typer.Option("--user", help="A oneId: erase all profiles of that person.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="The reason; it is stored sealed.")] = "",
    idempotency_key: Annotated[
        str | None, typer.Option("--idempotency-key", help="Makes it safe to ask again.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before erasing.")] = False,
    lift: Annotated[
        bool, typer.Option("--lift", help="Let the erased --source and --record come back from now on.")
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Erase again what a restored graph has again, and end what was cut off."
        ),
    ] = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Erase a profile, or all of a person's, for good; what its source sends of it again is dropped."""
    if resume:
        _resume(profile, source, record, user, lift=lift, data_dir=data_dir, as_json=as_json)
        return
    target = target_of(profile, source, record, user)
    if lift:
        _lift(target, data_dir=data_dir, as_json=as_json)
        return
    asyncio.run(
        _erase(target, why, idempotency_key, dry_run=dry_run, yes=yes, data_dir=data_dir, as_json=as_json)
    )


def target_of(profile: str | None, source: str | None, record: str | None, user: str | None) -> Target:
    """Whom the options mean. Raises InputError unless they mean exactly one."""
    if (source is None) != (record is None):
        raise InputError("A record is named by --source and --record together.", remedy="Give both.")
    targets: list[Target] = []
    if profile is not None:
        targets.append(ByProfile(profile))
    if source is not None and record is not None:
        targets.append(ByRecord(source, record))
    if user is not None:
        targets.append(ByPerson(user))
    if len(targets) != 1:
        raise InputError(
            "Exactly one profile or person can be erased at a time.",
            remedy="Give a profile id, --source with --record, or --user.",
        )
    return targets[0]


async def _erase(
    target: Target,
    why: str,
    idempotency_key: str | None,
    *,
    dry_run: bool,
    yes: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    async with services(load_settings(data_dir=data_dir)) as found:
        if dry_run or not yes:
            preview = await found.erasures.what_if(target)
            if dry_run:
                show(_preview_values(preview), text=_preview_text(preview), as_json=as_json)
                return
            if not preview.repeated:
                typer.echo(_preview_text(preview), err=True)
                typer.confirm("Erase? It cannot be undone.", abort=True, err=True)
        erasure = await found.erasures.erase(target, by=BY, why=why, idempotency_key=idempotency_key)
    show(_erasure_values(erasure), text=_erasure_text(erasure), as_json=as_json)


def _lift(target: Target, *, data_dir: Path | None, as_json: bool) -> None:
    if not isinstance(target, ByRecord):
        raise InputError("What may come back is a record.", remedy="Give --source and --record with --lift.")

    async def run(found: Services) -> bool:
        return await found.erasures.lift(target.source, target.record_id)

    lifted = asyncio.run(_with_services(data_dir, run))
    text = "The record may come back." if lifted else "The record is not erased."
    show({"lifted": lifted}, text=text, as_json=as_json)


def _resume(*named: str | None, lift: bool, data_dir: Path | None, as_json: bool) -> None:
    if lift or any(one is not None for one in named):
        raise InputError("--resume is about every erasure there was.", remedy="Give it alone.")

    async def run(found: Services) -> int:
        return await found.erasures.resume(everything=True)

    resumed = asyncio.run(_with_services(data_dir, run))
    show({"erasedAgain": resumed}, text=f"{resumed:,} profiles were erased again.", as_json=as_json)


async def _with_services(data_dir: Path | None, work: Any) -> Any:
    async with services(load_settings(data_dir=data_dir)) as found:
        return await work(found)


def _removed_values(removed: Removed) -> dict[str, int]:
    counts = asdict(removed)
    return {"deadLetters": counts.pop("dead_letters"), **counts}


def _removed_lines(removed: Removed) -> list[str]:
    return [f"{count:>10,} {name.replace('_', ' ')}" for name, count in asdict(removed).items() if count]


def _preview_values(preview: ErasurePreview) -> dict[str, Any]:
    return {
        "profiles": list(preview.profiles),
        "removed": _removed_values(preview.removed),
        "changes": [change_values(change) for change in preview.changes],
        "repeated": preview.repeated,
    }


def _preview_text(preview: ErasurePreview) -> str:
    if preview.repeated:
        return "It was erased before; nothing would be written."
    changes = [change_line(change) for change in preview.changes] or ["Nobody else's person would change."]
    return "\n".join(["Would be erased:", *_removed_lines(preview.removed), *changes])


def _erasure_values(erasure: Erasure) -> dict[str, Any]:
    return {
        "tombstones": [
            {
                "profile": one.profile_id,
                "birthId": one.birth_id,
                "successor": one.successor,
                "at": isoformat(one.at),
            }
            for one in erasure.tombstones
        ],
        "removed": _removed_values(erasure.removed),
        "changes": [change_values(change) for change in erasure.changes],
        "repeated": erasure.repeated,
    }


def _erasure_text(erasure: Erasure) -> str:
    leads = [f"{one.birth_id} leads to {one.successor or 'nobody'}" for one in erasure.tombstones]
    if erasure.repeated:
        return "\n".join(["It was erased before; nothing was written.", *leads])
    changes = [change_line(change) for change in erasure.changes]
    return "\n".join(["Erased:", *_removed_lines(erasure.removed), *leads, *changes])
