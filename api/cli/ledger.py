"""`guanxi ledger`: budgets, rewards and what people have, by hand; paying out by CSV; reconciling."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from api.cli.output import FAILED, DataDir, JsonFlag, show
from api.wiring import Services, services
from graph.clock import isoformat, system_clock
from graph.errors import InputError
from graph.explanation.model import Language
from graph.ingest.times import parse_time
from graph.ledger.model import ReturnPolicy
from graph.ledger.moves import State
from graph.ledger.payout_csv import Claim, read_paid, write_claims, write_header
from graph.ledger.reader import Held, Moment
from graph.ledger.reconcile import Reconciliation, reconcile
from graph.ledger.repository import Posted
from graph.ledger.units import check_unit, read_amount, write_amount
from graph.ledger.words import shown, tell
from graph.settings import load_settings

app = typer.Typer(name="ledger", help="Rewards and their ledger (docs/rewards.md).", no_args_is_help=True)

BY: Final = "cli"
"""Who did it, where an operator did at the machine itself."""

T = TypeVar("T")

Programme = Annotated[str, typer.Argument(help="The programme's id, as two-sided.")]
Unit = Annotated[str, typer.Argument(help="CNY and the like, points or status.")]
Amount = Annotated[str, typer.Argument(help="In whole units, as 3500.00.")]
OneId = Annotated[str, typer.Argument(help="The person's OneID, a former one too.")]
Rewards = Annotated[list[str], typer.Argument(help="Keys of rewards; see `guanxi ledger rewards`.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Why; it is told to the participant, so it names nobody.")
]
IdempotencyKey = Annotated[str | None, typer.Option("--idempotency-key", help="Makes it safe to ask again.")]
At = Annotated[str | None, typer.Option("--at", help="As it was then, as 2026-11-22T08:00:00Z.")]


@app.command(context_settings={"ignore_unknown_options": True})
def fund(
    programme: Programme,
    unit: Unit,
    amount: Annotated[str, typer.Argument(help="In whole units, as 35000.00; below zero takes out.")],
    floor: Annotated[
        str, typer.Option("--floor", help="What the budget may not fall below, or none (for status).")
    ] = "0",
    reason: Reason = "",
    idempotency_key: IdempotencyKey = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Put an amount into a programme's budget, or take it out."""
    check_unit(unit)
    minor = read_amount(amount, unit)
    least = None if floor == "none" else read_amount(floor, unit)
    posted = _run(
        data_dir,
        lambda found: found.bookkeeping.fund(
            programme, unit, minor, floor=least, by=BY, reason=reason, idempotency_key=idempotency_key
        ),
    )
    _show_posted(posted, as_json=as_json)


@app.command()
def accounts(
    programme: Programme, at: At = None, data_dir: DataDir = None, as_json: JsonFlag = False
) -> None:
    """Show what a programme has: funded, left, outstanding, claimed, owed, paid."""
    found = _run(data_dir, lambda found: found.bookkeeping.reader.standings(programme, moment=_moment(at)))
    names = ("funded", "budget", "outstanding", "claimed", "owed", "paid")
    lines = [
        f"{one.unit:8}" + "".join(f"  {name} {write_amount(getattr(one, name), one.unit)}" for name in names)
        for one in found
    ]
    text = "\n".join(lines) or "The ledger has nothing of this programme."
    show({"programme": programme, "units": [asdict(one) for one in found]}, text=text, as_json=as_json)


@app.command()
def balances(one_id: OneId, at: At = None, data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Show what a person has pending, available and spent."""

    async def work(found: Services) -> list[Any]:
        present, _ = await found.bookkeeping.reader.person(one_id)
        told = await found.bookkeeping.reader.balances([present], moment=_moment(at))
        return list(told[present])

    told = _run(data_dir, work)
    lines = [
        f"{one.programme:20}  {one.unit:8}"
        + "".join(
            f"  {name} {write_amount(getattr(one, name), one.unit)}"
            for name in ("pending", "available", "spent")
        )
        for one in told
    ]
    text = "\n".join(lines) or "The person has nothing."
    show({"balances": [asdict(one) for one in told]}, text=text, as_json=as_json)


@app.command()
def statement(
    one_id: OneId,
    language: Annotated[Language, typer.Option("--language", help="Of the sentences.")] = Language.EN,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many lines.")] = 50,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell why a person got, or lost, this: latest recorded first."""
    lines, _ = _run(data_dir, lambda found: found.bookkeeping.statement(one_id, limit=limit))
    told = [
        {
            "at": isoformat(line.effective_at),
            "kind": str(line.kind),
            "programme": line.programme,
            "sentence": tell(line, language),
        }
        for line in lines
    ]
    text = "\n".join(f"{line['at']}  {line['kind']:8}  {line['sentence']}" for line in told)
    show({"lines": told}, text=text or "Nothing was decided about this person.", as_json=as_json)


@app.command()
def rewards(
    programme: Annotated[str | None, typer.Option("--programme", help="Of this programme only.")] = None,
    states: Annotated[
        list[State] | None, typer.Option("--state", help="In this state only; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 100,
    before: Annotated[
        int | None, typer.Option("--before", help="Go on at the `next` of the page before.")
    ] = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List rewards, what was granted last first."""
    held, place = _run(
        data_dir,
        lambda found: found.bookkeeping.reader.rewards(
            programme=programme, states=states or (), before=before, limit=limit
        ),
    )
    lines = [
        f"{isoformat(one.reward.granted_at)}  {one.reward.state:14}  "
        f"{shown(one.reward.amount, one.reward.unit, Language.EN):>20}  {one.reward.side:8}  {one.reward.key}"
        for one in held
    ]
    if place is not None:
        lines.append(f"More: --before {place}")
    values = {"rewards": [_reward(one) for one in held], "next": place}
    show(values, text="\n".join(lines) or "There is no such reward.", as_json=as_json)


@app.command()
def approve(
    keys: Rewards,
    reason: Reason = "",
    idempotency_key: IdempotencyKey = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Clear pending rewards of one programme: all of them, or none where one cannot be."""
    posted = _run(
        data_dir,
        lambda found: found.bookkeeping.approve(keys, by=BY, reason=reason, idempotency_key=idempotency_key),
    )
    _show_posted(posted, as_json=as_json)


@app.command()
def redeem(
    one_id: OneId,
    programme: Programme,
    unit: Unit,
    amount: Amount,
    reason: Reason = "",
    idempotency_key: IdempotencyKey = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Spend what a person has, out of the rewards that expire first."""
    minor = read_amount(amount, check_unit(unit))
    posted = _run(
        data_dir,
        lambda found: found.bookkeeping.redeem(
            one_id, programme, unit, minor, by=BY, reason=reason, idempotency_key=idempotency_key
        ),
    )
    _show_posted(posted, as_json=as_json)


@app.command()
def reverse(
    keys: Rewards,
    policy: Annotated[
        ReturnPolicy, typer.Option("--policy", help="How far it reaches.")
    ] = ReturnPolicy.WITHIN_BALANCE,
    reason: Reason = "",
    idempotency_key: IdempotencyKey = None,
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Take back rewards of one grant, as far as the policy reaches."""
    posted = _run(
        data_dir,
        lambda found: found.bookkeeping.reverse(
            keys, policy, by=BY, reason=reason, idempotency_key=idempotency_key
        ),
    )
    _show_posted(posted, as_json=as_json)


@app.command()
def payout(
    name: Annotated[str, typer.Argument(help="What the payout is called, as 2026-11.")],
    programme: Programme,
    unit: Annotated[str, typer.Argument(help="A currency, as CNY.")],
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write; only you may read it.")],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Claim all that participants can spend of a currency, and write what is to be paid.

    Asked again, it claims for who has no claim in this payout yet, and writes all of its claims, with `paidAt` where
    they were paid.
    """
    if not out.absolute().parent.is_dir():
        raise InputError(f"There is no folder {out.parent}.", remedy="Make it, or correct --out.")

    async def work(found: Services) -> tuple[int, list[Claim]]:
        claimed = await found.payouts.claim(name, programme, unit)
        return claimed, [claim async for claim in found.payouts.claims(name)]

    claimed, claims = _run(data_dir, work)
    _write(out, claims)
    written = len(claims)
    text = f"Claimed for {claimed:,} more people; wrote {written:,} claims to {out}."
    show({"file": str(out), "claimed": claimed, "claims": written}, text=text, as_json=as_json)


@app.command()
def paid(
    file: Annotated[
        Path, typer.Argument(help="The CSV of `guanxi ledger payout`, with paidAt filled in.", exists=True)
    ],
    data_dir: DataDir = None,
    as_json: JsonFlag = False,
) -> None:
    """Record what was paid: lines with `paidAt`. Lines that do not fit are told, the others are recorded."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows, wrong = read_paid(lines, now=system_clock())
    settled = _run(data_dir, lambda found: found.payouts.settle(rows))
    told = sorted([*wrong, *settled.wrong], key=lambda one: one.line)
    text = f"Recorded {settled.paid:,} payments; {settled.repeated:,} were recorded before."
    text += "".join(f"\nLine {one.line}: {one.message}" for one in told)
    values = {
        "paid": settled.paid,
        "repeated": settled.repeated,
        "wrong": [{"line": one.line, "message": one.message} for one in told],
    }
    show(values, text=text, as_json=as_json)
    if told:
        raise typer.Exit(FAILED)


@app.command("reconcile")
def check(data_dir: DataDir = None, as_json: JsonFlag = False) -> None:
    """Compute every balance anew from the postings; exit code 1 where anything differs."""
    found = _run(data_dir, lambda found: reconcile(found.database))
    show(_reconciled(found), text=_told(found), as_json=as_json)
    if not found.well:
        raise typer.Exit(FAILED)


def _write(out: Path, claims: list[Claim]) -> None:
    """The file appears whole or not at all, and only its owner may read it."""
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8", newline="") as file:
        write_header(file)
        write_claims(claims, file)
    partial.replace(out)


def _told(found: Reconciliation) -> str:
    lines = [
        f"Looked at {found.accounts:,} accounts, {found.transactions:,} transactions, {found.rewards:,} rewards."
    ]
    lines += [
        f"All balances of {unit} sum to {total}, not 0." for unit, total in found.totals.items() if total
    ]
    lines += [
        f"{one.subject}: {one.what} is {one.stands}, by the postings {one.postings}."
        for one in found.differences
    ]
    lines += [f"{name}: {subject}" for name, subjects in found.broken.items() for subject in subjects]
    return "\n".join(lines if not found.well else [*lines, "Everything agrees."])


def _reconciled(found: Reconciliation) -> dict[str, Any]:
    return {
        "well": found.well,
        "accounts": found.accounts,
        "transactions": found.transactions,
        "rewards": found.rewards,
        "totals": dict(found.totals),
        "differences": [asdict(one) for one in found.differences],
        "broken": {name: list(subjects) for name, subjects in found.broken.items()},
    }


def _run(data_dir: Path | None, work: Callable[[Services], Awaitable[T]]) -> T:
    async def run() -> T:
        async with services(load_settings(data_dir=data_dir)) as found:
            return await work(found)

    return asyncio.run(run())


def _moment(at: str | None) -> Moment:
    return Moment(None if at is None else parse_time(at, now=system_clock()))


def _show_posted(posted: Posted, *, as_json: bool) -> None:
    outcomes: list[Mapping[str, Any]] = [
        {
            "reward": one.reward,
            "result": str(one.result),
            "unit": one.unit,
            "asked": one.asked,
            "amount": one.amount,
            "reason": one.reason,
        }
        for one in posted.outcomes
    ]
    lines = [
        f"{one.result}  {shown(one.amount, one.unit, Language.EN)}  {one.reward}  {one.reason}".rstrip()
        for one in posted.outcomes
    ]
    begun = "This was done before; nothing was written." if posted.repeated else f"Posted: {posted.kind}."
    values = {
        "key": posted.key,
        "kind": str(posted.kind),
        "repeated": posted.repeated,
        "outcomes": outcomes,
    }
    show(values, text="\n".join([begun, *lines]), as_json=as_json)


def _reward(held: Held) -> dict[str, Any]:
    reward = held.reward
    return {
        "key": reward.key,
        "programme": reward.programme,
        "referral": reward.referral,
        "rule": reward.rule,
        "side": str(reward.side),
        "oneId": held.one_id,
        "state": str(reward.state),
        "unit": reward.unit,
        "amount": reward.amount,
        "available": reward.available,
        "grantedAt": isoformat(reward.granted_at),
    }
