"""Granting: both sides of a referral are decided together, caps and budget in the same step. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from graph.clock import from_datetime, to_datetime
from graph.ledger.book import Book
from graph.ledger.commands import Grant, Share
from graph.ledger.model import (
    Account,
    AccountKind,
    Cap,
    Entry,
    EntryKind,
    Measure,
    Outcome,
    Period,
    Posting,
    Result,
    Reward,
    reward_key,
)
from graph.ledger.moves import State


def grant(book: Book, command: Grant) -> Entry:
    """Decide the shares in their order; what is not granted is an outcome with its reason.

    A share is granted whole or not at all. Of two for which a cap or the budget has only enough for one, the first
    gets it. What was reversed no longer counts against a cap.
    """
    granted: list[Reward] = []
    outcomes: list[Outcome] = []
    for share in command.shares:
        reward = _reward(command, share)
        result, reason = _judge(book, command, share, granted)
        if result is Result.GRANTED:
            granted.append(reward)
        amount = share.amount if result is Result.GRANTED else 0
        outcomes.append(
            Outcome(
                reward.key,
                share.profile,
                share.unit,
                result,
                share.amount,
                amount,
                reason,
                reward.referral,
                reward.rule,
            )
        )
    postings = [posting for reward in granted for posting in _postings(reward)]
    return Entry(
        command.key,
        EntryKind.GRANT,
        command.programme,
        command.cause,
        command.at,
        postings=tuple(postings),
        outcomes=tuple(outcomes),
        rewards=tuple(granted),
        referral=command.referral,
    )


def _reward(command: Grant, share: Share) -> Reward:
    return Reward(
        key=reward_key(command.key, share.side),
        grant=command.key,
        programme=command.programme,
        referral=command.referral,
        rule=_rule(command, share),
        side=share.side,
        profile=share.profile,
        unit=share.unit,
        amount=share.amount,
        granted_at=command.at,
        changed_at=command.at,
        validity=command.terms.validity.get(share.unit) if share.validity is None else share.validity,
        pending=share.amount,
    )


def _rule(command: Grant, share: Share) -> str:
    return command.rule if share.rule is None else share.rule


def _postings(reward: Reward) -> tuple[Posting, Posting]:
    return (
        Posting(reward.account(AccountKind.BUDGET), -reward.amount, reward.key),
        Posting(reward.account(AccountKind.PENDING), reward.amount, reward.key),
    )


def _judge(book: Book, command: Grant, share: Share, granted: list[Reward]) -> tuple[Result, str]:
    """What becomes of a share, after those granted in the same step; the reason where it gets nothing."""
    if share.disqualified:
        return Result.DISQUALIFIED, share.disqualified
    deepest = command.terms.levels.get(share.unit, 1)
    if share.level > deepest:
        return Result.TOO_DEEP, f"level {share.level} of {deepest}"
    profiles = book.together(share.profile)
    theirs = [
        reward
        for reward in (*book.held(profiles), *(one for one in granted if one.profile in profiles))
        if (reward.programme, reward.unit) == (command.programme, share.unit)
        and reward.state is not State.REVERSED
    ]
    for cap in command.terms.caps:
        if cap.unit != share.unit or cap.rule not in (None, _rule(command, share)):
            continue
        if _used(cap, theirs, command) + _counted(cap, share.amount) > cap.most:
            return Result.CAPPED, f"{cap.most} {cap.measure} {cap.period}"
    budget = Account(command.programme, AccountKind.BUDGET, share.unit)
    left = book.balances.get(budget, 0) - sum(r.amount for r in granted if r.unit == share.unit)
    floor = book.floor(budget)
    if floor is not None and left - share.amount < floor:
        return Result.BUDGET_EXHAUSTED, f"floor {floor}"
    return Result.GRANTED, ""


def _used(cap: Cap, rewards: Iterable[Reward], command: Grant) -> int:
    begin, end = bounds(cap.period, command.at, zone=command.terms.zone)
    return sum(
        _counted(cap, reward.amount)
        for reward in rewards
        if begin <= reward.granted_at < end and cap.rule in (None, reward.rule)
    )


def _counted(cap: Cap, amount: int) -> int:
    return amount if cap.measure is Measure.AMOUNT else 1


def bounds(period: Period, at: int, *, zone: str) -> tuple[int, int]:
    """The calendar period that a time lies in: from its first microsecond to that of the next one."""
    local = to_datetime(at).astimezone(ZoneInfo(zone))
    match period:
        case Period.EVER:
            return -(2**63), 2**63
        case Period.YEAR:
            begin, end = (local.year, 1, 1), (local.year + 1, 1, 1)
        case Period.MONTH:
            begin = (local.year, local.month, 1)
            end = (local.year + local.month // 12, local.month % 12 + 1, 1)
        case Period.DAY:
            begin = (local.year, local.month, local.day)
            after = datetime.fromordinal(local.toordinal() + 1)
            end = (after.year, after.month, after.day)
    return _midnight(begin, zone), _midnight(end, zone)


def _midnight(day: tuple[int, int, int], zone: str) -> int:
    return from_datetime(datetime(*day, tzinfo=ZoneInfo(zone)))
