"""What is done to the ledger by hand: funding, approving, spending, taking back. All doors lead through here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from graph.clock import Clock, system_clock
from graph.db.database import Database
from graph.errors import InputError, NotFoundError, TooLargeError
from graph.ingest.clear_text import LONGEST_NAME, is_safe_name
from graph.ledger.causes import by_hand
from graph.ledger.commands import Approve, Command, Fund, Redeem, Reverse
from graph.ledger.line import Line
from graph.ledger.model import ReturnPolicy
from graph.ledger.reader import LedgerReader, LinePage
from graph.ledger.repository import LATEST, LedgerRepository, Posted
from graph.ledger.units import check_unit
from graph.operation import operation_of

MOST_REWARDS: Final = 1_000
"""Rewards that one request approves or takes back."""

_PROGRAMME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_PROGRAMME: Final = 64


class ProgrammeNotFoundError(NotFoundError):
    """No programme of this id was published."""

    code: ClassVar[str] = "programme_not_found"

    def __init__(self) -> None:
        super().__init__(
            "No programme has this id.",
            remedy="`guanxi referral programmes` lists them; a new one is published first.",
        )


class LedgerService:
    """Writes what somebody asked for, and reads; who may is the caller's to decide.

    `by` is the id of the key that asks. What it asked once with an idempotency key is told again: its first result,
    whatever is asked this time. `reason` is stored in the clear, and told to the participant: at most 64 letters,
    digits, spaces, dots, hyphens and underscores, without five digits in a row; else InputError.
    """

    def __init__(self, database: Database, *, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock
        self._repository = LedgerRepository(database, clock=clock)
        self.reader = LedgerReader(database)

    async def fund(
        self,
        programme: str,
        unit: str,
        amount: int,
        *,
        floor: int | None,
        by: str,
        reason: str = "",
        idempotency_key: str | None = None,
    ) -> Posted:
        """Put an amount into a programme's budget, or with one below zero take it out.

        From then on the budget may not fall below `floor`; None says that it has none, as status alone may. Raises
        InputError for what is no programme's id, unit or amount, InsufficientError where less is above the floor, and
        ProgrammeNotFoundError where no such programme was published: nobody could be rewarded out of its budget, and
        what lies there by a mistake can only be taken out.
        """
        command = Fund(
            operation_of("fund", by=by, idempotency_key=idempotency_key),
            check_programme(programme),
            check_unit(unit),
            amount,
            _cause(by, reason),
            self._clock(),
            floor,
        )
        if amount > 0 and await self._database.read_one("ledger.find_programme", id=programme) is None:
            raise ProgrammeNotFoundError
        return await self._post(command)

    async def approve(
        self, rewards: Sequence[str], *, by: str, reason: str = "", idempotency_key: str | None = None
    ) -> Posted:
        """Clear pending rewards of one programme, up to 1,000. Raises RewardNotFoundError, IllegalMoveError."""
        key = operation_of("approve", by=by, idempotency_key=idempotency_key)
        return await self._post(Approve(key, _some(rewards), _cause(by, reason), self._clock()))

    async def redeem(
        self,
        one_id: str,
        programme: str,
        unit: str,
        amount: int,
        *,
        by: str,
        reason: str = "",
        idempotency_key: str | None = None,
    ) -> Posted:
        """Spend what a person has, on whichever of their profiles; what expires first goes first.

        Raises NotFoundError for a oneId that leads to nobody, InsufficientError, NotSpendableError.
        """
        key = operation_of("redeem", by=by, idempotency_key=idempotency_key)
        command = Redeem(
            key,
            check_programme(programme),
            (await self.reader.person(one_id))[1],
            unit,
            amount,
            _cause(by, reason),
            self._clock(),
        )
        return await self._post(command)

    async def reverse(
        self,
        rewards: Sequence[str],
        policy: ReturnPolicy,
        *,
        by: str,
        reason: str = "",
        idempotency_key: str | None = None,
    ) -> Posted:
        """Take rewards of one grant back, as far as the policy reaches.

        Raises RewardNotFoundError, IllegalMoveError.
        """
        key = operation_of("reverse", by=by, idempotency_key=idempotency_key)
        return await self._post(Reverse(key, _some(rewards), policy, _cause(by, reason), self._clock()))

    async def statement(
        self, one_id: str, *, before: int | None = None, limit: int = 50
    ) -> tuple[list[Line], bool]:
        """A page of what was posted and decided about a person, latest recorded first, and whether more follows.

        The next page is `before` the last line's `seq`. Raises NotFoundError.
        """
        present, _ = await self.reader.person(one_id)
        page = LinePage(present, limit, LATEST if before is None else before)
        return (await self.reader.lines([page]))[page]

    async def _post(self, command: Command) -> Posted:
        (posted,) = await self._repository.post([command])
        return posted


def check_programme(programme: str) -> str:
    """The id itself. Raises InputError for what no programme is called."""
    if len(programme) > _LONGEST_PROGRAMME or not _PROGRAMME.fullmatch(programme):
        raise InputError(
            "A programme's id is 1 to 64 small letters, digits and hyphens.", remedy="Give one as two-sided."
        )
    return programme


def _some(rewards: Sequence[str]) -> tuple[str, ...]:
    if not rewards:
        raise InputError("No reward is named.", remedy="Name one or more by key.")
    if len(rewards) > MOST_REWARDS:
        raise TooLargeError(f"One request takes {MOST_REWARDS} rewards.", remedy="Send fewer at once.")
    return tuple(rewards)


def _cause(by: str, reason: str) -> str:
    told = reason.strip()
    if told and not is_safe_name(told):
        raise InputError(
            f"The reason is not up to {LONGEST_NAME} letters, digits, spaces, dots, hyphens and underscores, without "
            "five digits in a row.",
            remedy="Give words that name nobody, as `Winter campaign`.",
        )
    return by_hand(by, told)
