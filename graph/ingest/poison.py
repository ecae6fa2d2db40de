"""Writing a batch around what the database cannot store: the poisoned message is found, the others stay."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Final, Protocol

import structlog

from graph.errors import DatabaseUnavailableError, IntegrityError, KeyringError, UnsealError
from graph.ingest.message import Message, Rejected

_log = structlog.get_logger(__name__)

POISONED: Final = "poisoned"


class Write(Protocol):
    """What `Writer.write` does."""

    def __call__(
        self, messages: Sequence[Message], *, rejected: Sequence[Rejected] = ()
    ) -> Awaitable[object]: ...


async def write_around_poison(
    write: Write, messages: Sequence[Message], *, rejected: Sequence[Rejected] = ()
) -> dict[int, Rejected]:
    """Write a batch; by their place, the messages that could not be stored and are dead letters now.

    A good batch costs one transaction, one poisoned message among n at most log2(n) + 3 (15 more for 5,000).
    Raises DatabaseUnavailableError where no message is to blame: the database or the keyring is away, or not
    even the dead letter can be written. Some of the batch may be committed then; repeating is safe.
    """
    try:
        await write(messages, rejected=rejected)
    except Exception as error:
        if _is_systemic(error):
            raise _unavailable(error) from error
        _log.warning("ingest.batch_refused", messages=len(messages), error=type(error).__name__)
        try:
            return await _Search(write, messages, rejected).run(error)
        except Exception as failed:
            raise _unavailable(failed) from failed
    return {}


class _Search:
    """Bisection of a batch that failed; what it has not looked at yet is tried as one at the end."""

    def __init__(self, write: Write, messages: Sequence[Message], rejected: Sequence[Rejected]) -> None:
        self._write = write
        self._messages = messages
        self._letters = list(rejected)
        self._poisoned: dict[int, Rejected] = {}

    async def run(self, error: Exception) -> dict[int, Rejected]:
        left = list(range(len(self._messages)))
        trouble: Exception | None = error
        while trouble is not None and left:
            left = await self._find_one(left, trouble)
            trouble = await self._attempt(left) if left else None
            if trouble is not None:
                await self._flush_letters()
        await self._flush_letters()
        return self._poisoned

    async def _find_one(self, suspects: list[int], error: Exception) -> list[int]:
        """Narrow places that fail together down to one; what was neither stored nor found guilty."""
        left: list[int] = []
        proven = len(suspects) == 1
        while len(suspects) > 1:
            half = len(suspects) // 2
            failed = await self._attempt(suspects[:half])
            proven = failed is not None
            if failed is None:
                suspects = suspects[half:]
            else:
                suspects, left, error = suspects[:half], suspects[half:] + left, failed
        # Found by elimination only: it may be that the batch was merely too large.
        guilt = error if proven else await self._attempt(suspects)
        if guilt is not None:
            self._bury(suspects[0], guilt)
        return left

    async def _attempt(self, places: Sequence[int]) -> Exception | None:
        """Write these messages, with the letters that wait; what went wrong, or None."""
        try:
            await self._write([self._messages[place] for place in places], rejected=self._letters)
        except Exception as error:
            if _is_systemic(error):
                raise
            return error
        self._letters = []
        return None

    def _bury(self, place: int, error: Exception) -> None:
        message = self._messages[place]
        letter = Rejected(
            source=message.source,
            payload=message.payload,
            code=POISONED,
            field="",
            message="The database cannot store this event; it is kept for a replay.",
            message_id=message.message_id,
        )
        self._poisoned[place] = letter
        self._letters.append(letter)
        _log.error("ingest.poisoned", source=message.source, error=type(error).__name__)

    async def _flush_letters(self) -> None:
        if self._letters:
            await self._write((), rejected=self._letters)
            self._letters = []


def _is_systemic(error: Exception) -> bool:
    """True where no message is to blame: the database or the keyring is away, or the keyring is an old one."""
    return isinstance(error, (DatabaseUnavailableError, IntegrityError)) or (
        isinstance(error, KeyringError) and not isinstance(error, UnsealError)
    )


def _unavailable(error: Exception) -> DatabaseUnavailableError:
    if isinstance(error, DatabaseUnavailableError):
        return error
    return DatabaseUnavailableError(
        f"Events cannot be stored now ({type(error).__name__}).",
        remedy="See the server's log, then send again.",
    )
