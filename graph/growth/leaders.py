"""Leaderboards: who stands where, without saying who they are. Pure.

On it stands only who said yes to that (`consent` of purpose `leaderboard`, to the brand) and has not taken it
back, on any of their profiles. Of equally many all have one place, and are told so.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from graph.standing.consents import consents_of
from graph.standing.statement import Statement

PURPOSE: Final = "leaderboard"


class Place(NamedTuple):
    """Where somebody stands: with `brought` people, in place `rank` (1, 2, 2, 4), `tied` where others have it too.

    `key` orders those of one place: a digest, since a oneId would tell who it is.
    """

    one_id: str
    brought: int
    rank: int
    tied: bool
    key: str


def agrees(statements: Iterable[Statement]) -> bool:
    """Whether somebody stands on leaderboards by what all their profiles said."""
    return any(
        consent.purpose == PURPOSE and consent.dealer is None and consent.given
        for consent in consents_of(statements)
    )


def board_of(brought: Iterable[tuple[str, int]]) -> tuple[Place, ...]:
    """The places of people by how many they brought, most first; a oneId may come once."""
    found = sorted((-count, _key(one_id), one_id) for one_id, count in brought)
    same = Counter(minus for minus, *_ in found)
    ranks: dict[int, int] = {}
    for at, (minus, *_) in enumerate(found, start=1):
        ranks.setdefault(minus, at)
    return tuple(Place(one_id, -minus, ranks[minus], same[minus] > 1, key) for minus, key, one_id in found)


def page_of(
    board: Sequence[Place], *, first: int, after: tuple[int, str] | None
) -> tuple[tuple[Place, ...], bool]:
    """The places behind one of so many people and that key, and whether more follow."""
    begin = 0
    if after is not None:
        begin = bisect_right(board, (-after[0], after[1]), key=lambda place: (-place.brought, place.key))
    return tuple(board[begin : begin + first]), len(board) > begin + first


def _key(one_id: str) -> str:
    return hashlib.blake2b(one_id.encode(), digest_size=8).hexdigest()
