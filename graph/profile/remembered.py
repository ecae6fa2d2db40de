"""People as they were shown last, for as long as the change feed says that nothing of them was touched.

Nothing here is stale: before a remembered person is shown, the feed is looked at by a statement that begins after the
request came (those who come meanwhile share the next look), and whoever was touched since is forgotten. So a commit
that was over before a question is in its answer, as it is when everything is read anew.

Only what every role of the brand sees is kept: masks, never clear identifiers. Names and record ids are in the clear
here, as unwrapped keys are, for a minute at most.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.db.database import Database
from graph.errors import DatabaseError
from graph.profile.rows import Want
from graph.profile.view import UserView

SECONDS: Final = 60.0
"""For how long somebody is remembered."""
MOST: Final = 200_000
"""Values remembered: profiles, identifiers, vehicles and touchpoints, and some for each person."""
ENTRIES: Final = 50
"""Feed entries of one look; where more came since, everybody is forgotten."""
KEPT: Final = 200
"""Looked-at entries of which is known whom they touched, for answers that were being read meanwhile."""

_EACH: Final = 5

Key = tuple[str, Want]


@dataclass(frozen=True, slots=True)
class _Held:
    view: UserView
    position: int
    ids: tuple[str, ...]
    size: int
    until: float


def memorable(want: Want) -> bool:
    """Whether an answer may be kept: of now, without clear values, and not what one dealer alone may see.

    That hangs on what other people's sources declare, too, which touches nobody in the feed.
    """
    return want.as_of is None and want.dealer is None and not want.clear and not want.golden


class Remembered:
    """What one process remembers of people; for one event loop."""

    def __init__(
        self,
        database: Database,
        *,
        seconds: float = SECONDS,
        most: int = MOST,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._seconds = seconds
        self._most = most
        self._monotonic = monotonic
        self._held: dict[Want, OrderedDict[str, _Held]] = {}
        self._of: dict[str, set[Key]] = {}
        self._size = 0
        self._seen = 0
        self._touched: deque[tuple[int, frozenset[str]]] = deque()
        self._floor = 0
        self._next: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self._sweep: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"Remembered(people={sum(map(len, self._held.values()))})"

    @property
    def seen(self) -> int:
        """Up to which position the feed was looked at."""
        return self._seen

    def any_of(self, asked: Iterable[str], want: Want) -> bool:
        """Whether somebody of these is remembered, so that a look at the feed is worth its while."""
        held = self._held.get(want)
        return held is not None and any(one in held for one in asked)

    async def look(self) -> None:
        """Look at the feed, from now on; who asks while another looks waits for the next look, with all others."""
        if self._next is None:
            self._next = asyncio.create_task(self._look(), name="feed look")
            self._next.add_done_callback(_noticed)
        await asyncio.shield(self._next)

    async def _look(self) -> None:
        async with self._looking:
            self._next = None  # who asks from here on asks for a look that has not begun
            after = self._seen
            row = await self._database.read_one("feed.list_since", after=after, limit=ENTRIES)
        if row is None:
            raise DatabaseError("The graph has no change feed.", remedy="Run `guanxi migrate`.")
        self.learn(after, *row)

    def learn(self, after: int, head: int, entries: Sequence[Sequence[Any]]) -> None:
        """Forget whom the feed touched: its next entries `after` a position that was `seen`, and its head."""
        if head < after:  # another graph, or a server that lags behind
            self._forget_all()
            self._seen = self._floor = head
            return
        if len(entries) >= ENTRIES and entries[-1][0] < head:
            self._forget_all()
            self._seen = self._floor = max(head, self._seen)
            return
        for position, ids in entries:
            if position > self._seen:
                touched = frozenset(ids)
                self._touched.append((position, touched))
                self._forget(touched, position)
        while len(self._touched) > KEPT:
            self._floor = self._touched.popleft()[0]
        self._seen = max(head, self._seen)

    def of(self, asked: Iterable[str], want: Want) -> dict[str, UserView]:
        """Those who are remembered, by the oneId asked, as shown for such a question before; after a look only."""
        held = self._held.get(want)
        if held is None:
            return {}
        now = self._monotonic()
        found: dict[str, UserView] = {}
        for one in asked:
            kept = held.get(one)
            if kept is None:
                continue
            if kept.until < now:
                self._drop((one, want))
                continue
            held.move_to_end(one)
            found[one] = kept.view
        return found

    def put(self, asked: str, want: Want, view: UserView, *, position: int) -> None:
        """Keep what was read when the feed stood at `position` or behind it; nothing that was touched since."""
        ids = _ids(asked, view)
        if not self._held and not self._touched and self._seen < position:
            self._seen = self._floor = position  # with nobody in mind there was nothing to look for
        if position < self._floor or any(
            at > position and not touched.isdisjoint(ids) for at, touched in self._touched
        ):
            return
        held, key = self._held.get(want), (asked, want)
        if held is not None and asked in held:
            self._drop(key)
        size = _EACH + len(view.profiles) + len(view.identifiers) + len(view.vehicles)
        size += sum(len(page.touchpoints) for page in view.pages)
        kept = _Held(view, position, ids, size, self._monotonic() + self._seconds)
        self._held.setdefault(want, OrderedDict())[asked] = kept
        self._size += size
        for id_ in ids:
            self._of.setdefault(id_, set()).add(key)
        while self._size > self._most:
            oldest = next(iter(self._held))  # of the question that was first asked longest ago
            self._drop((next(iter(self._held[oldest])), oldest))
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._seconds, self._sweep_old)

    def _forget(self, ids: Collection[str], position: int) -> None:
        """Forget whoever has any of these users, profiles or vehicles, and was read before that commit."""
        for id_ in self._of.keys() & ids:
            for key in list(self._of.get(id_, ())):
                if self._held[key[1]][key[0]].position < position:
                    self._drop(key)

    def _forget_all(self) -> None:
        self._held.clear()
        self._of.clear()
        self._touched.clear()
        self._size = 0

    def _drop(self, key: Key) -> None:
        asked, want = key
        held = self._held[want]
        kept = held.pop(asked)
        if not held:
            del self._held[want]
        self._size -= kept.size
        for id_ in kept.ids:
            keys = self._of[id_]
            keys.discard(key)
            if not keys:
                del self._of[id_]

    def _sweep_old(self) -> None:
        """Nobody is kept beyond the time, though nobody asks any more."""
        now = self._monotonic()
        everybody = [(one, want, kept) for want, held in self._held.items() for one, kept in held.items()]
        for one, want, kept in everybody:
            if kept.until < now:
                self._drop((one, want))
        self._sweep = None
        if self._held:
            self._sweep = asyncio.get_running_loop().call_later(self._seconds / 4, self._sweep_old)


def _noticed(look: asyncio.Task[None]) -> None:
    """Whoever waited was told; where all gave up, nobody needs to be."""
    if not look.cancelled():
        look.exception()


def _ids(asked: str, view: UserView) -> tuple[str, ...]:
    """What of the graph an answer was made of."""
    return tuple(
        dict.fromkeys(
            (
                asked,
                view.one_id,
                *(profile.id for profile in view.profiles),
                *(vehicle.key for vehicle in view.vehicles),
            )
        )
    )
