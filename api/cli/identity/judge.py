"""`guanxi identity same …`: judging by hand. `--dry-run` tells what would change, and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from api.cli.output import DataDir, JsonFlag, show
from api.wiring import services
from graph.clock import isoformat
from graph.errors import InputError
from graph.identity.changes import ChangeKind, IdentityChange
from graph.judgement.model import (
    Change,
    Conflict,
    Different,
    Judged,
    MarkShared,
    MarkWrong,
    MergeConflictError,
    Move,
    Outcome,
    Preview,
    Retract,
    Same,
    Split,
    UserNotFoundError,
)
from graph.judgement.service import JudgementService
from graph.settings import load_settings

BY: Final = "cli"
"""Who judged, where an operator did at the machine itself."""

_LONGEST_WHO: Final = 64

Who = Annotated[
    str, typer.Option("--who", help="Who judges, as a staff number; it is kept in the clear, so no name.")
]
Why = Annotated[str, typer.Option("--why", help="The reason; it is stored sealed.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")]
IdempotencyKey = Annotated[
    str | None, typer.Option("--idempotency-key", help="Makes it safe to send the judgement again.")
]
Ref = Annotated[str, typer.Argument(help="A oneId or the id of a profile.", show_default=False)]

T = TypeVar("T")


class MarkVerdict(StrEnum):
    """What is wrong with an identifier."""

    WRONG = "wrong"
    SHARED = "shared"


def same(
    a: Ref,
    b: Ref,
    who: Who = BY,
    why: Why = "",
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Judge that two are one person; refused where proven evidence forbids it."""
    _judge(Same(a, b), who, why, idempotency_key, dry_run=dry_run, data_dir=data_dir, as_json=as_json)


def different(
    a: Ref,
    b: Ref,
    who: Who = BY,
    why: Why = "",
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Judge that two are never one person, whatever evidence comes later."""
    _judge(Different(a, b), who, why, idempotency_key, dry_run=dry_run, data_dir=data_dir, as_json=as_json)


def split(
    one_id: Annotated[str, typer.Argument(help="The person's oneId.", show_default=False)],
    profiles: Annotated[list[str], typer.Argument(help="Ids of the profiles that are somebody else.")],
    who: Who = BY,
    why: Why = "",
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Split some profiles off a person; each part stays together."""
    change = Split(one_id, tuple(profiles))
    _judge(change, who, why, idempotency_key, dry_run=dry_run, data_dir=data_dir, as_json=as_json)


def move(
    profile: Annotated[str, typer.Argument(help="Id of the profile.", show_default=False)],
    to: Ref,
    who: Who = BY,
    why: Why = "",
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Move a profile from the person it is with to another."""
    _judge(Move(profile, to), who, why, idempotency_key, dry_run=dry_run, data_dir=data_dir, as_json=as_json)


def mark(
    verdict: Annotated[MarkVerdict, typer.Argument(help="Not theirs, or used by several people.")],
    namespace: Annotated[str, typer.Argument(help="Kind of identifier, as phone.")],
    value: Annotated[str, typer.Argument(help="Its value; of a scoped kind perhaps scope/value.")],
    of: Annotated[
        str | None,
        typer.Option("--of", help="Of which person or profile it is wrong, by oneId or profile id."),
    ] = None,
    who: Who = BY,
    why: Why = "",
    idempotency_key: IdempotencyKey = None,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Mark an identifier as wrong of somebody, or as shared by several people."""
    change = mark_of(verdict, namespace, value, of)
    _judge(change, who, why, idempotency_key, dry_run=dry_run, data_dir=data_dir, as_json=as_json)


def retract(
    judgement_id: Annotated[str, typer.Argument(help="Id of the judgement.", show_default=False)],
    who: Who = BY,
    dry_run: DryRun = False,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Take a judgement back: evidence decides again."""
    _judge(Retract(judgement_id), who, "", None, dry_run=dry_run, data_dir=data_dir, as_json=as_json)


def judgements(
    one_id: Annotated[str, typer.Argument(help="The person's oneId.", show_default=False)],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List the judgements about a person, oldest first."""
    found = _run(data_dir, lambda service: service.judgements(one_id))
    if found is None:
        raise UserNotFoundError(one_id)
    lines = [_line(judged) for judged in found]
    text = "\n".join(lines) or "Nobody has judged anything about this person."
    show({"judgements": [judgement_values(judged) for judged in found]}, text=text, as_json=as_json)


def mark_of(verdict: MarkVerdict, namespace: str, value: str, of: str | None) -> Change:
    """The change a mark means. Raises InputError where --of is missing, or too much."""
    if verdict is MarkVerdict.SHARED:
        if of is not None:
            raise InputError("`shared` speaks of everybody who holds it.", remedy="Leave --of out.")
        return MarkShared(namespace, value)
    if of is None:
        raise InputError("Of whom the identifier is wrong is missing.", remedy="Add --of ID.")
    return MarkWrong(of, namespace, value)


def checked_who(who: str) -> str:
    """Who judges. Raises InputError for what a judgement cannot keep."""
    if not (0 < len(who) <= _LONGEST_WHO and who.isascii() and who.isprintable() and "/" not in who):
        raise InputError(
            f"--who is 1 to {_LONGEST_WHO} visible ASCII characters without a slash.",
            remedy="Give a staff number or a short name of the office.",
        )
    return who


def change_values(change: IdentityChange) -> dict[str, Any]:
    """A change for programs."""
    return {
        "kind": change.kind.value,
        "oneId": change.one_id,
        "other": change.other,
        "profiles": list(change.profiles),
    }


def change_line(change: IdentityChange) -> str:
    """A change for people."""
    number = len(change.profiles)
    told = f"{number} profile{'s' if number > 1 else ''}"
    return {
        ChangeKind.MERGED: f"merged     {change.other} into {change.one_id} ({told})",
        ChangeKind.SPLIT: f"split      {change.other} off {change.one_id} ({told})",
        ChangeKind.MOVED: f"moved      {told} from {change.other} to {change.one_id}",
        ChangeKind.REFOUNDED: f"refounded  {change.other} is {change.one_id} now ({told})",
    }[change.kind]


def judgement_values(judged: Judged) -> dict[str, Any]:
    """A judgement for programs."""
    return {
        "id": judged.id,
        "kind": judged.kind.value,
        "by": judged.by,
        "why": judged.why,
        "recordedAt": isoformat(judged.recorded_at),
        "retractedAt": None if judged.retracted_at is None else isoformat(judged.retracted_at),
        "retractedBy": judged.retracted_by,
        "profiles": list(judged.profiles),
        "identifiers": [{"namespace": i.namespace, "value": i.mask} for i in judged.identifiers],
    }


def obstacle_line(conflict: Conflict) -> str:
    """An obstacle for people."""
    values = f" {', '.join(conflict.values)}" if conflict.values else ""
    return f"{conflict.against.value} {conflict.namespace}{values} of {', '.join(conflict.profiles)}".replace(
        "  ", " "
    )


def _judge(
    change: Change,
    who: str,
    why: str,
    idempotency_key: str | None,
    *,
    dry_run: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    by = checked_who(who)
    if dry_run:
        preview = _run(data_dir, lambda service: service.what_if(change))
        show(_preview_values(preview), text=_preview_text(preview), as_json=as_json)
        return
    try:
        outcome = _run(
            data_dir,
            lambda service: service.judge(change, by=by, why=why, idempotency_key=idempotency_key),
        )
    except MergeConflictError as error:
        for conflict in error.conflicts:
            typer.echo(obstacle_line(conflict), err=True)
        raise
    values = {
        "judgement": judgement_values(outcome.judgement),
        "changes": [change_values(one) for one in outcome.changes],
        "repeated": outcome.repeated,
    }
    show(values, text=_outcome_text(outcome), as_json=as_json)


def _run(data_dir: Path | None, work: Callable[[JudgementService], Awaitable[T]]) -> T:
    async def run() -> T:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await work(found.judgements)

    return asyncio.run(run())


def _outcome_text(outcome: Outcome) -> str:
    if outcome.repeated:
        return f"Judgement {outcome.judgement.id} says so already; nothing was written."
    lines = [change_line(change) for change in outcome.changes] or ["Nobody's person changes."]
    return "\n".join([f"Judgement {outcome.judgement.id}:", *lines])


def _preview_text(preview: Preview) -> str:
    if preview.repeated:
        return "The same judgement stands; nothing would be written."
    if preview.conflicts:
        return "\n".join(["It would be refused:", *map(obstacle_line, preview.conflicts)])
    if not preview.changes:
        return "Nobody's person would change."
    attached = [f"{one.count:>10,} {one.label} ({one.type})" for one in preview.attached]
    lines = [change_line(change) for change in preview.changes]
    return "\n".join([*lines, f"{preview.profiles} profiles would move, and with them:", *attached])


def _preview_values(preview: Preview) -> dict[str, Any]:
    return {
        "changes": [change_values(one) for one in preview.changes],
        "appearing": list(preview.appearing),
        "vanishing": list(preview.vanishing),
        "profiles": preview.profiles,
        "attached": [{"type": a.type, "label": a.label, "count": a.count} for a in preview.attached],
        "obstacles": [
            {
                "kind": conflict.against.value,
                "namespace": conflict.namespace,
                "values": list(conflict.values),
                "profiles": list(conflict.profiles),
            }
            for conflict in preview.conflicts
        ],
        "repeated": preview.repeated,
    }


def _line(judged: Judged) -> str:
    end = "" if judged.retracted_at is None else f"  taken back {isoformat(judged.retracted_at)}"
    marked = "".join(f"  {i.namespace} {i.mask}" for i in judged.identifiers)
    why = f"  {judged.why}" if judged.why else ""
    return f"{judged.id}  {isoformat(judged.recorded_at)}  {judged.kind.value:9} by {judged.by}{marked}{why}{end}"
