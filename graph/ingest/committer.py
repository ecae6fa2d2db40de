"""Group commit: many callers, few transactions; who is told "kept" is told after the commit.

There is no timer: a lane takes what waits when its last commit is done, so one message alone is committed at
once and a thousand share one transaction. Messages of one profile wait for one lane, which keeps the lanes
out of each other's way; a second lane works only where more waits than one transaction takes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from zlib import crc32

import structlog

from graph.errors import DatabaseUnavailableError
from graph.ingest.breaker import Breaker
from graph.ingest.message import Message, Rejected
from graph.ingest.poison import Write, write_around_poison

T = TypeVar("T")

_log = structlog.get_logger(__name__)

_REMEDY: Final = "Send it again after a few seconds; nothing of it is counted twice."


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much may wait and how it is written.

    At most `lanes` write at the same time, each at most `batch` messages a transaction. At most `messages`
    messages, together `payload_bytes` bytes, wait or are being written. `patience` is after how many seconds
    of writing the database is asked whether it is still there.
    """

    lanes: int = 1
    batch: int = 1_000
    messages: int = 20_000
    payload_bytes: int = 64 * 1024 * 1024
    patience: float = 0.5


@dataclass(slots=True)
class _Request:
    """One `submit`: done when all its pieces are."""

    outcomes: list[Rejected | None]
    done: asyncio.Future[list[Rejected | None]]
    pieces: int = 0

    def piece_done(self) -> None:
        self.pieces -= 1
        if not self.pieces and not self.done.done():
            self.done.set_result(self.outcomes)

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


@dataclass(slots=True)
class _Piece:
    """What one lane gets of a request; `places` are the messages' positions in it."""

    request: _Request
    messages: list[Message] = field(default_factory=list[Message])
    places: list[int] = field(default_factory=list[int])
    rejected: list[Rejected] = field(default_factory=list[Rejected])

    def __len__(self) -> int:
        return len(self.messages) + len(self.rejected)


class _Queues:
    """One queue a lane. While no more waits than one batch, lane 0 takes everything.

    A transaction has a price of its own, so two half batches cost more than one; a second lane pays only
    where there is work for it.
    """

    def __init__(self, lanes: int, batch: int) -> None:
        self._batch = batch
        self._waiting: list[deque[_Piece]] = [deque() for _ in range(lanes)]
        self._awake = [asyncio.Event() for _ in range(lanes)]
        self._busy = [False] * lanes
        self._size = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, lane: int, piece: _Piece) -> None:
        """Let a piece wait for its lane."""
        self._waiting[lane].append(piece)
        self._size += len(piece)
        self._awake[0].set()
        if self._size > self._batch:
            self._awake[lane].set()

    async def take(self, lane: int) -> list[_Piece]:
        """What the lane is to write now, a batch at most (one piece at least); waits for it."""
        self._busy[lane] = False
        if lane:
            self._awake[0].set()  # what is left of this lane's may be little now, and lane 0 takes that
        while not (taken := self._take(lane)):
            self._awake[lane].clear()
            await self._awake[lane].wait()
        self._busy[lane] = True
        return taken

    def drop_all(self) -> list[_Piece]:
        """Everything that waits; nothing waits then."""
        dropped = [piece for waiting in self._waiting for piece in waiting]
        for waiting in self._waiting:
            waiting.clear()
        self._size = 0
        return dropped

    def _take(self, lane: int) -> list[_Piece]:
        taken: list[_Piece] = []
        room = self._batch
        for other in self._served_by(lane):
            waiting = self._waiting[other]
            while waiting and (not taken or len(waiting[0]) <= room):
                piece = waiting.popleft()
                taken.append(piece)
                room -= len(piece)
        self._size -= sum(len(piece) for piece in taken)
        return taken

    def _served_by(self, lane: int) -> list[int]:
        if self._size > self._batch:
            return [lane]
        return [] if lane else [other for other, busy in enumerate(self._busy) if not busy or not other]


class Committer:
    """Commits messages of many callers together; an async context manager, one for each process.

    Memory is bounded by `Capacity`: more is refused at once with DatabaseUnavailableError. While the database
    is away everything is refused at once and a probe looks for it in the background; what waited is refused
    too. Sending a refused message again is always safe.
    """

    def __init__(
        self,
        write: Write,
        *,
        probe: Callable[[], Awaitable[object]],
        capacity: Capacity | None = None,
    ) -> None:
        """`write` is `Writer.write`; `probe` says whether the database answers, without retries."""
        self._write = write
        self._capacity = capacity or Capacity()
        self._breaker = Breaker(probe)
        self._queues = _Queues(self._capacity.lanes, self._capacity.batch)
        self._tasks: list[asyncio.Task[None]] = []
        self._messages = 0
        self._bytes = 0
        self._closing = False
        self._idle = asyncio.Event()

    @property
    def available(self) -> bool:
        """False while the database is known to be away or the committer is closing."""
        return self._breaker.closed and not self._closing

    @property
    def waiting(self) -> int:
        """Messages that wait or are being written."""
        return self._messages

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(self._run(lane), name="commit lane") for lane in range(len(self._queues))
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def submit(
        self, messages: Sequence[Message], *, rejected: Sequence[Rejected] = ()
    ) -> list[Rejected | None]:
        """Commit messages, and keep rejected ones as dead letters; returns when all are committed.

        For each message None, or the Rejected it became because the database cannot store it; that one is a
        dead letter then. A message that was committed before, or contradicts one, counts as kept. Raises
        DatabaseUnavailableError where any could not be committed: some may be, repeating is safe.
        """
        size = sum(len(m.payload) for m in messages) + sum(len(r.payload) for r in rejected)
        count = len(messages) + len(rejected)
        self._admit(count, size)
        if not count:
            return []
        request = _Request([None] * len(messages), asyncio.get_running_loop().create_future())
        self._messages += count
        self._bytes += size
        try:
            for lane, piece in self._pieces(request, messages, rejected):
                self._queues.put(lane, piece)
            return await request.done
        finally:
            self._messages -= count
            self._bytes -= size
            if not self._messages:
                self._idle.set()

    async def read(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a read that a caller needs before it can submit, given up once the database is away.

        Raises DatabaseUnavailableError within about a second then, and everybody else is refused at once.
        """
        try:
            return await self._breaker.run(work, patience=self._capacity.patience)
        except DatabaseUnavailableError as error:
            self._lost(error)
            raise

    async def close(self, *, seconds: float = 10) -> None:
        """Refuse what comes, commit what waits for at most `seconds`, stop; calling twice is harmless."""
        self._closing = True
        self._idle.clear()
        if self._messages:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self._refuse_waiting(_unavailable("This server is stopping."))
        await self._breaker.aclose()

    def _admit(self, count: int, size: int) -> None:
        if self._closing:
            raise _unavailable("This server is stopping.")
        if not self._breaker.closed:
            raise _unavailable("The database cannot be reached now.")
        held = self._capacity
        # A request larger than the whole queue would never fit; alone it may pass.
        full = self._messages + count > held.messages or self._bytes + size > held.payload_bytes
        if full and self._messages:
            raise _unavailable("Too many events are waiting to be written.")

    def _pieces(
        self, request: _Request, messages: Sequence[Message], rejected: Sequence[Rejected]
    ) -> list[tuple[int, _Piece]]:
        """The request cut up by lane, no piece larger than a batch."""
        open_: dict[int, _Piece] = {}
        pieces: list[tuple[int, _Piece]] = []

        def piece(lane: int) -> _Piece:
            found = open_.get(lane)
            if found is None or len(found) >= self._capacity.batch:
                found = open_[lane] = _Piece(request)
                pieces.append((lane, found))
            return found

        for place, message in enumerate(messages):
            target = piece(lane_of(message, len(self._queues)))
            target.messages.append(message)
            target.places.append(place)
        for item in rejected:
            piece(next(reversed(open_), 0)).rejected.append(item)
        request.pieces = len(pieces)
        return pieces

    async def _run(self, lane: int) -> None:
        while True:
            taken = await self._queues.take(lane)
            pieces = [piece for piece in taken if not piece.request.done.done()]
            if not pieces:
                continue
            try:
                await self._commit(pieces)
            except DatabaseUnavailableError as error:
                self._refuse(pieces, error)
                self._lost(error)
            except BaseException as error:
                # Nothing may end a lane but the end of the program, and nobody may wait for ever.
                self._refuse(pieces, _unavailable("The event could not be written."))
                if not isinstance(error, Exception):
                    raise
                _log.exception("ingest.commit_failed", messages=sum(len(piece) for piece in pieces))

    async def _commit(self, pieces: Sequence[_Piece]) -> None:
        poisoned = await self._breaker.run(
            write_around_poison(
                self._write,
                [message for piece in pieces for message in piece.messages],
                rejected=[item for piece in pieces for item in piece.rejected],
            ),
            patience=self._capacity.patience,
        )
        start = 0
        for piece in pieces:
            for offset, place in enumerate(piece.places):
                piece.request.outcomes[place] = poisoned.get(start + offset)
            start += len(piece.messages)
            piece.request.piece_done()

    def _lost(self, error: DatabaseUnavailableError) -> None:
        """The database went away: what waits is told now, what comes is told at once."""
        self._breaker.open()
        self._refuse_waiting(error)

    def _refuse_waiting(self, error: DatabaseUnavailableError) -> None:
        self._refuse(self._queues.drop_all(), error)

    def _refuse(self, pieces: Sequence[_Piece], error: DatabaseUnavailableError) -> None:
        for piece in pieces:
            piece.request.fail(_unavailable(error.message))


def lane_of(message: Message, lanes: int) -> int:
    """The lane of a message: the same for all messages of a profile, in every process."""
    return crc32(f"{message.source}\0{message.record_id}".encode("utf-8", "replace")) % lanes


def _unavailable(message: str) -> DatabaseUnavailableError:
    return DatabaseUnavailableError(message, remedy=_REMEDY)
