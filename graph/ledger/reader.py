"""Reading the ledger: balances, rewards and accounts, now or at a time in the past. Nothing is written here."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from graph.db.database import Database
from graph.errors import NotFoundError
from graph.ledger.line import Line
from graph.ledger.model import Account, AccountKind, EntryKind, Posting, Reward
from graph.ledger.moves import State
from graph.ledger.repository import LATEST
from graph.ledger.stored import read_outcomes, read_reward

LOOKED: Final = 20_000
"""Transactions that one page of a programme's rewards looks at, at most."""

_PROGRAMMES: Final = (
    AccountKind.FUNDING,
    AccountKind.BUDGET,
    AccountKind.EXPENSE,
    AccountKind.LIABILITY,
    AccountKind.PAID,
)
_START: Final = LATEST


@dataclass(frozen=True, slots=True)
class Moment:
    """When balances are told of: what took effect until then (µs), as far as it was recorded up to a feed position."""

    effective_at: int | None = None
    position: int | None = None

    @property
    def past(self) -> bool:
        """Whether postings must be summed."""
        return self.effective_at is not None or self.position is not None


NOW: Final = Moment()


@dataclass(frozen=True, slots=True)
class Balance:
    """What a person has of a unit in a programme, over all present profiles; of the unit's smallest part.

    `available` is below zero for what was spent and yet taken back.
    """

    programme: str
    unit: str
    pending: int
    available: int
    spent: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a programme stands in a unit, of the unit's smallest part.

    `funded` = `budget` + `outstanding` + `claimed`, always, and `claimed` = `owed` + `paid`. `outstanding` is what
    participants have pending and available together. `floor` is None where the budget has none, as that of status,
    which is below zero by what was granted.
    """

    programme: str
    unit: str
    funded: int
    budget: int
    floor: int | None
    outstanding: int
    claimed: int
    owed: int
    paid: int


@dataclass(frozen=True, slots=True)
class Held:
    """A reward and who holds it now, None where they were erased; `place` is where it stands in lists."""

    reward: Reward
    one_id: str | None
    place: int = 0


class RewardPage(NamedTuple):
    """A page of a person's rewards: how many, after which grant (its time and reward; the start without)."""

    one_id: str
    first: int
    before: int = _START
    key: str = ""


class LinePage(NamedTuple):
    """A page of a person's statement: how many lines, before which `seq` (the start without)."""

    one_id: str
    first: int
    before: int = _START


class LedgerReader:
    """Reads, one statement a question or two; who may is the caller's to decide, and dealers may not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, one_id: str) -> tuple[str, tuple[str, ...]]:
        """The present oneId that a oneId leads to, and the person's profiles. Raises NotFoundError."""
        row = await self._database.read_one("ledger.find_person", oneId=one_id)
        if row is None:
            raise NotFoundError("This oneId leads to nobody.", remedy="Take the oneId of a user.")
        return row[0], tuple(sorted(row[1]))

    async def balances(
        self, one_ids: Collection[str], *, moment: Moment = NOW
    ) -> dict[str, tuple[Balance, ...]]:
        """What present users have, by programme and unit; one statement, of the past two.

        Whose profiles count is of now, whatever the moment.
        """
        row = await self._database.read_one("ledger.read_balances", asked={"oneIds": sorted(set(one_ids))})
        rows: list[list[Any]] = row[0] if row else []
        held = await self._at([each[5] for each in rows], moment) if moment.past else None
        sums: dict[str, dict[tuple[str, str], dict[str, int]]] = defaultdict(dict)
        for one_id, programme, unit, kind, balance, key in rows:
            kinds = sums[one_id].setdefault((programme, unit), defaultdict(int))
            kinds[kind] += balance if held is None else held[key]
        return {
            one_id: tuple(
                Balance(
                    programme,
                    unit,
                    kinds[AccountKind.PENDING],
                    kinds[AccountKind.AVAILABLE],
                    kinds[AccountKind.SPENT],
                )
                for (programme, unit), kinds in sorted(sums[one_id].items())
            )
            for one_id in one_ids
        }

    async def standings(self, programme: str, *, moment: Moment = NOW) -> list[Standing]:
        """How a programme stands in each unit that it ever had a budget or a grant of; one statement, of the past two.

        The floor is that of now.
        """
        prefixes = [f"{json.dumps([programme, kind], ensure_ascii=False)[:-1]}, " for kind in _PROGRAMMES]
        row = await self._database.read_one("ledger.list_accounts", asked={"prefixes": prefixes})
        rows: list[list[Any]] = row[0] if row else []
        held = await self._at([each[5] for each in rows], moment) if moment.past else None
        found: dict[str, dict[str, int]] = {}
        floors: dict[str, int | None] = {}
        for _, unit, kind, balance, floor, key in rows:
            kinds = found.setdefault(unit, dict.fromkeys(_PROGRAMMES, 0))
            kinds[kind] = balance if held is None else held[key]
            if kind == AccountKind.BUDGET:
                floors[unit] = floor
        return [_standing(programme, unit, found[unit], floors.get(unit)) for unit in sorted(found)]

    async def reward(self, key: str) -> Held | None:
        """A reward as it stands, None where none has this key."""
        rows = await self._database.read("ledger.read_rewards", asked={"keys": [key]})
        return Held(read_reward(rows[0]["reward"]), rows[0]["oneId"]) if rows else None

    async def rewards(
        self,
        *,
        programme: str | None = None,
        states: Collection[State] = (),
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[list[Held], int | None]:
        """A page of rewards, what was granted last first, and where the next page begins; None at the end.

        A page looks at no more than 20,000 transactions, so it may have fewer than `limit`, even none, and yet not be
        the last. Two statements at most.
        """
        start = _START if before is None else before
        rows = await self._database.read(
            "ledger.list_rewards",
            asked={"before": start, "programme": programme, "states": sorted(set(states))},
            looked=LOOKED,
            limit=limit,
        )
        held = [Held(read_reward(row["reward"]), row["oneId"], row["place"]) for row in rows]
        if len(held) == limit:
            return held, held[-1].place
        reached = await self._database.read_one("ledger.find_reached", before=start, looked=LOOKED)
        seq, transactions = reached or (0, 0)
        return held, seq * 2 if transactions == LOOKED else None

    async def of_people(self, pages: Collection[RewardPage]) -> dict[RewardPage, tuple[list[Reward], bool]]:
        """Pages of present users' rewards, what was granted last first, and whether more follow; one statement.

        It reads all rewards of these users.
        """
        rows = max((page.first for page in pages), default=0) + 1
        row = await self._database.read_one(
            "ledger.list_holders_rewards",
            asked={"pages": [[page.one_id, page.before, page.key] for page in sorted(set(pages))]},
            rows=rows,
        )
        read: list[list[Any]] = row[0] if row else []
        found = {(each[0], each[1], each[2]): each[3] for each in read}
        return {
            page: _page(found.get((page.one_id, page.before, page.key), []), page.first) for page in pages
        }

    async def lines(self, pages: Collection[LinePage]) -> dict[LinePage, tuple[list[Line], bool]]:
        """Pages of present users' statements, latest recorded first, and whether more follows; one statement.

        It reads all transactions about these users.
        """
        rows = max((page.first for page in pages), default=0) + 1
        row = await self._database.read_one(
            "ledger.list_lines",
            asked={"pages": [[page.one_id, page.before] for page in sorted(set(pages))]},
            rows=rows,
        )
        read: list[list[Any]] = row[0] if row else []
        found = {(each[0], each[1]): each[2] for each in read}
        told: dict[LinePage, tuple[list[Line], bool]] = {}
        for page in pages:
            lines = found.get((page.one_id, page.before), [])
            told[page] = [_line(each) for each in lines[: page.first]], len(lines) > page.first
        return told

    async def _at(self, accounts: Collection[str], moment: Moment) -> dict[str, int]:
        row = await self._database.read_one(
            "ledger.sum_accounts",
            asked={"accounts": sorted(set(accounts))},
            effectiveAt=LATEST if moment.effective_at is None else moment.effective_at,
            position=LATEST if moment.position is None else moment.position,
        )
        return dict(row[0]) if row else {}


def _page(rows: Sequence[dict[str, Any]], first: int) -> tuple[list[Reward], bool]:
    return [read_reward(row) for row in rows[:first]], len(rows) > first


def _line(row: Sequence[Any]) -> Line:
    seq, position, key, kind, programme, cause, effective, recorded, outcomes, reverses, *rest = row
    postings, expiries, profiles = rest
    return Line(
        seq,
        position,
        key,
        EntryKind(kind),
        programme,
        cause,
        effective,
        recorded,
        tuple(outcome for outcome in read_outcomes(outcomes) if outcome.profile in profiles),
        tuple(
            Posting(Account(programme, AccountKind(kind), unit, profile), amount, reward)
            for profile, kind, unit, amount, reward in postings
        ),
        reverses,
        dict(expiries),
    )


def _standing(programme: str, unit: str, kinds: dict[str, int], floor: int | None) -> Standing:
    funded, budget, claimed = (
        -kinds[AccountKind.FUNDING],
        kinds[AccountKind.BUDGET],
        kinds[AccountKind.EXPENSE],
    )
    return Standing(
        programme,
        unit,
        funded=funded,
        budget=budget,
        floor=floor,
        outstanding=funded - budget - claimed,
        claimed=claimed,
        owed=-kinds[AccountKind.LIABILITY],
        paid=-kinds[AccountKind.PAID],
    )
