"""`guanxi identity review`: the stewards' queue of likely pairs, listed or asked one by one."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.follow import follow_feed
from api.cli.identity.judge import Who, Why, change_line, checked_who, obstacle_line
from api.cli.output import DataDir, JsonFlag, show
from api.wiring import Services, services
from graph.errors import InputError
from graph.judgement.model import Different, LikelyPair, LikelyProfile, MergeConflictError, Same
from graph.matching.reasons import FieldReason
from graph.settings import load_settings

_QUESTION = "s same, d different, k skip, q quit > "
_EMPTY = "Nobody waits for a steward: no likely pair is unjudged."


def review(
    limit: Annotated[int, typer.Option("--limit", help="How many pairs at most.", min=1, max=100)] = 20,
    minimum: Annotated[
        float, typer.Option("--minimum", help="Least probability of a pair.", min=0, max=1)
    ] = 0.0,
    ask: Annotated[
        bool,
        typer.Option("--ask", help="Ask about each pair: s same, d different, k skip, q quit."),
    ] = False,
    who: Who = "cli",
    why: Why = "",
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List the pairs that a model finds likely and nobody has judged, most at stake first; judge them by --ask.

    Values are masked. Each answer is a judgement, as `guanxi identity same` and `different` make it: the pair never
    comes again, unless it is taken back by `guanxi identity retract`. A skipped pair comes again the next time.
    """
    if not ask:
        _list(limit, minimum, data_dir=data_dir, as_json=as_json)
        return
    terminal = open_terminal()
    if terminal is None:
        raise InputError(
            "--ask needs a terminal.", remedy="Leave it out, or judge by `guanxi identity same`."
        )
    if as_json:
        raise InputError("--ask speaks to people.", remedy="Leave out --ask or --json.")
    by = checked_who(who)

    async def run() -> None:
        async with services(load_settings(data_dir=data_dir)) as found:
            await follow_feed(found)
            await _ask_all(found, terminal, limit, minimum, by=by, why=why)
            await follow_feed(found)

    asyncio.run(run())


def open_terminal() -> int | None:
    """The descriptor of the terminal that types to us; None where there is none."""
    return sys.stdin.fileno() if sys.stdin.isatty() else None


def pair_values(pair: LikelyPair) -> dict[str, Any]:
    """A pair for programs."""
    return {
        "left": _side_values(pair.left),
        "right": _side_values(pair.right),
        "probability": pair.probability,
        "model": pair.model,
        "valueAtStake": pair.stake,
        "reasons": [
            {
                "field": one.field,
                "level": one.level,
                "agrees": one.agrees,
                "bits": one.bits,
                "leftMask": one.left,
                "rightMask": one.right,
            }
            for one in pair.reasons
        ],
    }


def pair_text(number: int, pair: LikelyPair) -> str:
    """A pair for people: a head, both sides, and a row for each field."""
    rows = [
        f"{number:>3}  at stake {pair.stake:>11,} yuan   likely {pair.probability:.1%}",
        f"     left   {_side_text(pair.left)}",
        f"     right  {_side_text(pair.right)}",
        *map(_field_text, pair.reasons),
    ]
    return "\n".join(rows)


def _list(limit: int, minimum: float, *, data_dir: Path | None, as_json: bool) -> None:
    async def run() -> tuple[list[LikelyPair], bool]:
        async with services(load_settings(data_dir=data_dir)) as found:
            await follow_feed(found)
            return await found.review.likely_pairs(first=limit, minimum=minimum)

    pairs, more = asyncio.run(run())
    lines = [pair_text(number, pair) for number, pair in enumerate(pairs, 1)]
    if more:
        lines.append("There are more: raise --limit, or judge these by --ask.")
    values = {"pairs": [pair_values(pair) for pair in pairs], "more": more}
    show(values, text="\n\n".join(lines) or _EMPTY, as_json=as_json)


async def _ask_all(found: Services, terminal: int, limit: int, minimum: float, *, by: str, why: str) -> None:
    """Ask about one pair after the other: each is read when its turn comes, after what was judged before."""
    after, done = "", Counter[str]()
    for number in range(1, limit + 1):
        pairs, _ = await found.review.likely_pairs(first=1, after=after, minimum=minimum)
        if not pairs:
            typer.echo("That was the last one." if done else _EMPTY)
            break
        after = pairs[0].key
        typer.echo(pair_text(number, pairs[0]))
        answer = await _answer(terminal)
        if answer == "q":
            break
        done[await _judge(found, pairs[0], answer, by=by, why=why)] += 1
        typer.echo()
    typer.echo(f"{done['same']} same, {done['different']} different, {done['skipped']} skipped.")


async def _answer(terminal: int) -> str:
    """One of s, d, k and q; the end of input is q."""
    while True:
        typer.echo(_QUESTION, nl=False)
        line = await _read_line(terminal)
        if line is None:
            return "q"
        if (answer := line.strip().lower()) in ("s", "d", "k", "q"):
            return answer


async def _read_line(terminal: int) -> str | None:
    """The next line typed; the loop goes on meanwhile, or the database would think that we were gone."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(terminal, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(terminal)
    return os.read(terminal, 1024).decode(errors="replace") or None


async def _judge(found: Services, pair: LikelyPair, answer: str, *, by: str, why: str) -> str:
    if answer == "k":
        return "skipped"
    one, other = pair.left.profile_id, pair.right.profile_id
    change = Same(one, other) if answer == "s" else Different(one, other)
    try:
        outcome = await found.judgements.judge(change, by=by, why=why)
    except MergeConflictError as error:
        typer.echo("\n".join([error.message, *map(obstacle_line, error.conflicts)]))
        return "skipped"
    typer.echo(f"Judgement {outcome.judgement.id}")
    for line in map(change_line, outcome.changes):
        typer.echo(line)
    return "same" if answer == "s" else "different"


def _side_values(side: LikelyProfile) -> dict[str, str]:
    return {"profile": side.profile_id, "oneId": side.one_id, "source": side.source}


def _side_text(side: LikelyProfile) -> str:
    return f"{side.profile_id} ({side.source}) of user {side.one_id}"


def _field_text(reason: FieldReason) -> str:
    said = "agrees" if reason.agrees else "differs"
    level = "" if reason.level in ("same", "differs") else f"  {reason.level}"
    return f"     {said:<7}  {reason.field:<14} {reason.left:<22} {reason.right:<22}{level}".rstrip()
