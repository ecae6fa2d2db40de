"""A made-up life of a ledger: commands that it takes, by chance from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from graph.clock import DAY
from graph.db.database import Database
from graph.errors import GuanxiError
from graph.ledger.book import Book
from graph.ledger.commands import (
    Approve,
    Command,
    Expire,
    Fund,
    Grant,
    Mature,
    Redeem,
    Reverse,
    Settle,
    Share,
)
from graph.ledger.decide import decide
from graph.ledger.model import Cap, Period, ReturnPolicy, Side, Terms
from graph.ledger.moves import State

START = 1_795_000_000_000_000
UNITS = ("CNY", "points", "status")
TERMS = Terms(
    caps=(Cap("points", 60, Period.MONTH),),
    levels={"status": 3},
    validity={"points": 3 * DAY, "CNY": 9 * DAY},
)


async def published(database: Database, programme: str) -> None:
    """A programme that is there, with no budget of its own yet: what it says concerns no test of the ledger."""
    await database.run_schema("CYPHER 5 MERGE (:Programme {id: $id})", id=programme)


def life(book: Book, profiles: Sequence[str], *, steps: int, seed: int) -> list[Command]:
    """Commands in an order in which none is refused; `book` has recorded them then."""
    chance = random.Random(seed)
    taken: list[Command] = []
    for unit in ("CNY", "points"):
        _try(book, Fund(f"{seed} fund {unit}", "v", unit, 300, "c", START), taken)
    for step in range(steps):
        for command in _ideas(chance, book, profiles, f"{seed} {step}", START + step * DAY // 4):
            _try(book, command, taken)
    return taken


def _try(book: Book, command: Command, taken: list[Command]) -> None:
    try:
        book.record(decide(book, command))
    except GuanxiError:
        return
    taken.append(command)


def _ideas(
    chance: random.Random, book: Book, profiles: Sequence[str], key: str, at: int
) -> Iterator[Command]:
    profile, unit = chance.choice(profiles), chance.choice(UNITS)
    yield Grant(
        "v",
        key,
        "rule",
        "c",
        at,
        tuple(Share(side, chance.choice(profiles), unit, chance.randint(1, 20)) for side in Side),
        TERMS,
    )
    waiting = [r.key for r in book.rewards.values() if r.state in {State.PENDING, State.APPROVED}]
    for reward in chance.sample(sorted(waiting), min(2, len(waiting))):
        move = Approve if book.reward(reward).state is State.PENDING else Mature
        yield move(f"{key} {reward}", (reward,), "c", at)
    spent, amount = chance.choice(UNITS[:2]), chance.randint(1, 9)
    yield Redeem(f"{key} redeem", "v", (profile,), spent, amount, "c", at)
    if chance.random() < 0.5:
        yield Settle(f"{key} redeem", spent, amount, "c", at)
    if chance.random() < 0.2:
        yield Expire(f"{key} expire", "v", profile, unit, "c", at)
    if chance.random() < 0.3:
        reward = chance.choice(sorted(book.rewards))
        yield Reverse(f"{key} reverse", (reward,), chance.choice(list(ReturnPolicy)), "c", at)
