"""What the ledger answers to a command: an entry to record, from its state alone. Pure; nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from graph.errors import InputError
from graph.ledger.book import Book, expiring
from graph.ledger.commands import Approve, Command, Expire, Fund, Grant, Mature, Redeem, Reverse, Settle
from graph.ledger.granting import grant
from graph.ledger.model import (
    Account,
    AccountKind,
    Entry,
    EntryKind,
    Outcome,
    Posting,
    Result,
    ReturnPolicy,
    Reward,
)
from graph.ledger.moves import IllegalMoveError, State, move
from graph.ledger.settling import settle
from graph.ledger.units import spends


class InsufficientError(InputError):
    """An account holds less than was asked for; nothing was posted."""

    code: ClassVar[str] = "insufficient_balance"
    status: ClassVar[int] = 409

    def __init__(self, what: str) -> None:
        super().__init__(f"There is less than that {what}.", remedy="Ask for less.")


class NotSpendableError(InputError):
    """Status buys nothing."""

    code: ClassVar[str] = "not_spendable"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__("Status is never spent.", remedy="Spend points or money.")


def decide(book: Book, command: Command) -> Entry:
    """The entry that a command leads to, or the first one of its key, whatever it says this time.

    Raises RewardNotFoundError, RedemptionNotFoundError, IllegalMoveError, InsufficientError, NotSpendableError,
    RedemptionMismatchError, and InputError for rewards that do not belong together. What a cap, the budget, a judgement
    or a policy stops is no error but an outcome.
    """
    first = book.entries.get(command.key)
    if first is not None:
        return first
    match command:
        case Fund():
            entry = _fund(book, command)
        case Grant():
            entry = grant(book, command)
        case Approve():
            entry = _approve(book, command)
        case Mature():
            entry = _mature(book, command)
        case Redeem():
            entry = _redeem(book, command)
        case Expire():
            entry = _expire(book, command)
        case Reverse():
            entry = _reverse(book, command)
        case Settle():
            entry = settle(book, command)
    return entry


def _fund(book: Book, command: Fund) -> Entry:
    budget = Account(command.programme, AccountKind.BUDGET, command.unit)
    funding = Account(command.programme, AccountKind.FUNDING, command.unit)
    if command.floor is not None and book.balances.get(budget, 0) + command.amount < command.floor:
        raise InsufficientError("in the budget above its floor")
    return Entry(
        command.key,
        EntryKind.FUND,
        command.programme,
        command.cause,
        command.at,
        postings=(Posting(budget, command.amount), Posting(funding, -command.amount)),
        floor=command.floor,
    )


def _approve(book: Book, command: Approve) -> Entry:
    rewards = _of_one_programme(book, command.rewards)
    at = _effective(command.at, rewards)
    after = [replace(r, state=move(r.state, State.APPROVED), changed_at=at) for r in rewards]
    return Entry(
        command.key,
        EntryKind.APPROVE,
        rewards[0].programme,
        command.cause,
        at,
        outcomes=tuple(_outcome(reward, Result.APPROVED, reward.pending) for reward in after),
        rewards=tuple(after),
    )


def _mature(book: Book, command: Mature) -> Entry:
    rewards = _of_one_programme(book, command.rewards)
    owing = [lot for reward in rewards for lot in _beside(book, reward) if lot.available < 0]
    at = _effective(command.at, [*rewards, *owing])
    postings: list[Posting] = []
    after: dict[str, Reward] = {}
    for reward in rewards:
        after[reward.key] = replace(
            reward,
            state=move(reward.state, State.POSTED),
            changed_at=at,
            pending=0,
            available=reward.pending,
            expires_at=None if reward.validity is None else at + reward.validity,
        )
        postings += _moved(reward, AccountKind.PENDING, AccountKind.AVAILABLE, reward.pending)
    postings += _settle(book, after, at)
    return Entry(
        command.key,
        EntryKind.MATURE,
        rewards[0].programme,
        command.cause,
        at,
        postings=tuple(postings),
        outcomes=tuple(_outcome(reward, Result.MATURED, reward.pending) for reward in rewards),
        rewards=tuple(after.values()),
    )


def _redeem(book: Book, command: Redeem) -> Entry:
    if not spends(command.unit):
        raise NotSpendableError
    lots = book.lots(command.programme, command.profiles, command.unit)
    at = _effective(command.at, lots)
    usable = [lot for lot in lots if lot.available > 0 and (lot.expires_at is None or at < lot.expires_at)]
    missing = sum(lot.available for lot in lots if lot.available < 0)
    there = max(sum(lot.available for lot in usable) + missing, 0)
    amount = there if command.amount is None else command.amount
    if there < amount:
        raise InsufficientError("available")
    postings: list[Posting] = []
    outcomes: list[Outcome] = []
    after: list[Reward] = []
    wanted = amount
    for lot in usable:
        taken = min(wanted, lot.available)
        if not taken:
            break
        wanted -= taken
        left = lot.available - taken
        after.append(
            replace(
                lot,
                state=lot.state if left else move(lot.state, State.REDEEMED),
                changed_at=at,
                available=left,
                spent=lot.spent + taken,
            )
        )
        postings += _moved(lot, AccountKind.AVAILABLE, AccountKind.SPENT, taken)
        outcomes.append(_outcome(lot, Result.REDEEMED, taken))
    if amount:  # a claim makes of what might have been owed an expense
        postings += (
            Posting(Account(command.programme, AccountKind.EXPENSE, command.unit), amount),
            Posting(Account(command.programme, AccountKind.LIABILITY, command.unit), -amount),
        )
    return Entry(
        command.key,
        EntryKind.REDEEM,
        command.programme,
        command.cause,
        at,
        postings=tuple(postings),
        outcomes=tuple(outcomes),
        rewards=tuple(after),
    )


def _expire(book: Book, command: Expire) -> Entry:
    lots = [
        lot
        for lot in book.lots(command.programme, (command.profile,), command.unit)
        if lot.available > 0 and lot.expires_at is not None and lot.expires_at <= command.at
    ]
    at = _effective(command.at, lots)
    after = [
        replace(
            lot,
            state=move(lot.state, State.EXPIRED),
            changed_at=at,
            available=0,
            expired=lot.expired + lot.available,
        )
        for lot in lots
    ]
    postings = [
        p for lot in lots for p in _moved(lot, AccountKind.AVAILABLE, AccountKind.BUDGET, lot.available)
    ]
    return Entry(
        command.key,
        EntryKind.EXPIRE,
        command.programme,
        command.cause,
        at,
        postings=tuple(postings),
        outcomes=tuple(_outcome(lot, Result.EXPIRED, lot.available) for lot in lots),
        rewards=tuple(after),
    )


def _reverse(book: Book, command: Reverse) -> Entry:
    rewards = _of_one_programme(book, command.rewards)
    if len({reward.grant for reward in rewards}) > 1:
        raise InputError("These rewards are of several grants.", remedy="Reverse each grant by itself.")
    at = _effective(command.at, [*rewards, *(lot for reward in rewards for lot in _beside(book, reward))])
    postings: list[Posting] = []
    outcomes: list[Outcome] = []
    after: dict[str, Reward] = {}
    for reward in rewards:
        result, taken = _taken_back(reward, command.policy)
        short = reward.amount - reward.expired - reward.returned - taken
        reason = f"{short} of it is not there" if result is Result.REVIEW_REQUIRED else ""
        outcomes.append(_outcome(reward, result, taken, reason))
        if result is Result.KEPT:
            continue
        state = State.REVERSED if result is Result.REVERSED else State.REVIEW_REQUIRED
        kind = AccountKind.PENDING if reward.pending else AccountKind.AVAILABLE
        after[reward.key] = replace(
            reward,
            state=reward.state if reward.state is state else move(reward.state, state),
            changed_at=at,
            pending=0,
            available=reward.available - (0 if reward.pending else taken),
            returned=reward.returned + taken,
        )
        postings += _moved(reward, kind, AccountKind.BUDGET, taken)
    postings += _settle(book, after, at)
    return Entry(
        command.key,
        EntryKind.REVERSE,
        rewards[0].programme,
        command.cause,
        at,
        postings=tuple(postings),
        outcomes=tuple(outcomes),
        rewards=tuple(after.values()),
        reverses=rewards[0].grant,
    )


def _taken_back(reward: Reward, policy: ReturnPolicy) -> tuple[Result, int]:
    """What a reversal comes to, and how much it takes: all that is out, or what is left."""
    if reward.state is State.REVERSED:
        raise IllegalMoveError(reward.state, State.REVERSED)
    out = reward.amount - reward.expired - reward.returned
    if reward.pending or policy is ReturnPolicy.UNLIMITED:
        return Result.REVERSED, out
    if policy is ReturnPolicy.ONLY_PENDING:
        return Result.KEPT, 0
    left = max(reward.available, 0)
    return (Result.REVERSED if left == out else Result.REVIEW_REQUIRED), left


def _settle(book: Book, after: dict[str, Reward], at: int) -> list[Posting]:
    """Fill what is missing on the accounts of changed rewards from what is there, first to expire first.

    Adds the rewards that this changes to `after`. So an account never has rewards above and below zero at once.
    """
    postings: list[Posting] = []
    for account in sorted({reward.account(AccountKind.AVAILABLE) for reward in after.values()}):
        lots = {lot.key: lot for lot in book.lots(account.programme, (account.profile,), account.unit)}
        lots |= {key: r for key, r in after.items() if r.account(AccountKind.AVAILABLE) == account}
        owing = sorted((lot for lot in lots.values() if lot.available < 0), key=expiring)
        giving = sorted((lot for lot in lots.values() if lot.available > 0), key=expiring)
        for debt in owing:
            for giver in giving:
                given = min(-lots[debt.key].available, lots[giver.key].available)
                if given <= 0:
                    continue
                for key, amount in ((giver.key, -given), (debt.key, given)):
                    after[key] = lots[key] = _gave(lots[key], -amount, at)
                    postings.append(Posting(account, amount, key))
    return postings


def _gave(lot: Reward, amount: int, at: int) -> Reward:
    left = lot.available - amount
    spent_up = lot.state is State.POSTED and not left
    return replace(
        lot,
        state=move(lot.state, State.REDEEMED) if spent_up else lot.state,
        changed_at=at,
        available=left,
        settled=lot.settled + amount,
    )


def _of_one_programme(book: Book, keys: Sequence[str]) -> list[Reward]:
    rewards = [book.reward(key) for key in keys]
    if not rewards or len(set(keys)) < len(keys) or len({reward.programme for reward in rewards}) > 1:
        raise InputError("These are not rewards of one programme, each once.", remedy="Correct them.")
    return rewards


def _beside(book: Book, reward: Reward) -> list[Reward]:
    return book.lots(reward.programme, (reward.profile,), reward.unit)


def _effective(at: int, rewards: Iterable[Reward]) -> int:
    """When a command takes effect: as it says, yet not before what it builds on."""
    return max([at, *(reward.changed_at for reward in rewards)])


def _moved(reward: Reward, source: AccountKind, to: AccountKind, amount: int) -> list[Posting]:
    if not amount:
        return []
    return [
        Posting(reward.account(source), -amount, reward.key),
        Posting(reward.account(to), amount, reward.key),
    ]


def _outcome(reward: Reward, result: Result, amount: int, reason: str = "") -> Outcome:
    return Outcome(
        reward.key,
        reward.profile,
        reward.unit,
        result,
        reward.amount,
        amount,
        reason,
        reward.referral,
        reward.rule,
    )
