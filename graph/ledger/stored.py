"""The ledger as the graph holds it: rows of `ledger.read_book` become a book, entries become rows. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import orjson
from pydantic.alias_generators import to_camel

from graph.ledger.book import Book
from graph.ledger.commands import Approve, Command, Expire, Fund, Grant, Mature, Redeem, Reverse, Settle
from graph.ledger.model import (
    Account,
    AccountKind,
    Entry,
    EntryKind,
    Outcome,
    Result,
    Reward,
    Side,
)
from graph.ledger.moves import State

MOST: Final = 10_000
"""Commands of one commit."""

_NAMES: Final = {
    field.name: "profileId" if field.name == "profile" else to_camel(field.name) for field in fields(Reward)
}


@dataclass(frozen=True, slots=True)
class Concern:
    """What must be known to decide: transactions by key, budgets by account key, people by profile, rewards by key.

    And all that was ever granted for `referrals`.
    """

    keys: Collection[str] = ()
    budgets: Collection[str] = ()
    profiles: Collection[str] = ()
    rewards: Collection[str] = ()
    referrals: Collection[str] = ()

    def asked(self) -> dict[str, list[str]]:
        """The parameter of `ledger.read_book`."""
        return {name: sorted({*values}) for name, values in asdict(self).items()}


def concern_of(commands: Iterable[Command]) -> Concern:
    """What some commands concern."""
    keys: set[str] = set()
    budgets: set[str] = set()
    profiles: set[str] = set()
    rewards: set[str] = set()
    for command in commands:
        keys.add(command.key)
        match command:
            case Fund():
                budgets.add(Account(command.programme, AccountKind.BUDGET, command.unit).key)
            case Grant():
                for share in command.shares:
                    budgets.add(Account(command.programme, AccountKind.BUDGET, share.unit).key)
                    profiles.add(share.profile)
            case Approve() | Mature() | Reverse():
                rewards.update(command.rewards)
            case Redeem():
                profiles.update(command.profiles)
            case Expire():
                profiles.add(command.profile)
            case Settle():
                keys.add(command.claim)
    return Concern(keys, budgets, profiles, rewards)


def read_book(
    entries: Sequence[Sequence[Any]],
    budgets: Sequence[Sequence[Any]],
    people: Sequence[Sequence[str]],
    rewards: Sequence[Mapping[str, Any]],
) -> Book:
    """The part of the ledger that some commands concern; of stored transactions what they decided."""
    accounts = [(Account(row[0], AccountKind(row[1]), row[2]), row[3], row[4]) for row in budgets]
    return Book(
        entries=[
            Entry(
                row[0],
                EntryKind(row[1]),
                row[2],
                row[3],
                row[4],
                outcomes=read_outcomes(row[5]),
                referral=row[6],
            )
            for row in entries
        ],
        rewards=[read_reward(row) for row in rewards],
        balances={account: balance for account, balance, _ in accounts},
        floors={account: floor for account, _, floor in accounts},
        people={row[0]: row[1] for row in people},
    )


def read_reward(row: Mapping[str, Any]) -> Reward:
    """A reward of its stored properties."""
    values: dict[str, Any] = {"validity": None}
    values |= {name: row[stored] for name, stored in _NAMES.items() if stored in row}
    values |= {"side": Side(row["side"]), "state": State(row["state"])}
    return Reward(**values)


def expiries(due: Iterable[tuple[str, str, str, str]], *, at: int) -> list[Expire]:
    """The commands that expire rewards, each [key, programme, profile, unit]; one for each account.

    Its key is made of the rewards: none of them can be due again.
    """
    accounts: dict[tuple[str, str, str], list[str]] = {}
    for key, *account in due:
        accounts.setdefault((account[0], account[1], account[2]), []).append(key)
    return [
        Expire(_digest(sorted(keys)), programme, profile, unit, "expiry", at)
        for (programme, profile, unit), keys in sorted(accounts.items())
    ]


def _digest(keys: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(["expire", *keys]).encode()).hexdigest()


def read_outcomes(text: str) -> tuple[Outcome, ...]:
    """What a stored transaction decided."""
    rows: list[dict[str, Any]] = json.loads(text)
    for row in rows:
        row["result"] = Result(row["result"])
    return tuple(Outcome(**row) for row in rows)


def rows_of(book: Book, entries: Sequence[Entry], *, position: int) -> dict[str, list[Any]]:
    """The rows of `ledger.write_entries` for entries that `book` has recorded."""
    changes: Counter[Account] = Counter()
    for posting in (posting for entry in entries for posting in entry.postings):
        changes[posting.account] += posting.amount
    said = {
        Account(entry.programme, AccountKind.BUDGET, posting.account.unit)
        for entry in entries
        if entry.kind is EntryKind.FUND
        for posting in entry.postings
    }
    rewards = sorted({reward.key for entry in entries for reward in entry.rewards})
    return {
        "accounts": [
            [a.key, a.programme, a.kind, a.unit, a.profile or None, change, a in said, book.floors.get(a)]
            for a, change in sorted(changes.items())
        ],
        "transactions": [
            [
                e.key,
                e.kind,
                e.programme,
                e.cause,
                e.effective_at,
                position * MOST + n,
                _outcomes(e),
                e.referral,
                [[posting.account.key, posting.amount, posting.reward] for posting in e.postings],
                [reward.key for reward in e.rewards],
                sorted({outcome.profile for outcome in e.outcomes}),
            ]
            for n, e in enumerate(entries)
        ],
        "rewards": [[key, _properties(book.rewards[key])] for key in rewards],
        "reversals": [[entry.key, entry.reverses] for entry in entries if entry.reverses],
    }


def profiles_of(entries: Iterable[Entry]) -> list[str]:
    """The profiles about whom entries decide, sorted."""
    return sorted({outcome.profile for entry in entries for outcome in entry.outcomes})


def _properties(reward: Reward) -> dict[str, Any]:
    due_at = reward.expires_at if reward.available > 0 else None
    return {stored: getattr(reward, name) for name, stored in _NAMES.items()} | {"dueAt": due_at}


def _outcomes(entry: Entry) -> str:
    return orjson.dumps(entry.outcomes).decode()  # dataclasses of plain values, by their fields
