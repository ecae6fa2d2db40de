"""Steps of a follower: as many entries as touch little, and one that touches much by itself; nothing twice."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from graph.clock import new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.feed.cursor import FeedCursor
from graph.feed.follow import OvertakenError

MOST = 5


async def write(database: Database, touched: int, *, kind: str = "ingest") -> int:
    """An entry that touched so many profiles; answers its position."""

    async def work(tx: Transaction) -> int:
        begun = await feed.begin(tx, operation_id=new_id(), now=system_clock())
        await feed.append(tx, begun, kind=kind, profiles=[f"p{number}" for number in range(touched)])
        return begun.position

    return await database.in_write(work)


async def steps(database: Database, cursor: FeedCursor) -> list[tuple[int, int]]:
    """How many profiles each step has and up to where it goes, to the end of the feed."""
    found: list[tuple[int, int]] = []
    while (step := await cursor.next()) is not None:
        found.append((len(step.profiles), step.until))

        async def advance(tx: Transaction) -> None:
            await cursor.advance(tx, step)

        await database.in_write(advance)
    return found


@pytest.mark.parametrize(
    ("sizes", "ends"),
    [
        ([1, 1, 1], [2]),
        ([2, 3, 1], [1, 2]),
        ([9], [0]),
        ([9, 1, 1], [0, 2]),
        ([1, 9, 1, 4, 1], [0, 1, 3, 4]),
        ([0, 0, 5, 0, 1], [3, 4]),
        ([5, 5, 6, 5], [0, 1, 2, 3]),
    ],
)
async def test_a_step_is_what_touches_little_together(
    database: Database, sizes: Sequence[int], ends: Sequence[int]
) -> None:
    positions = [await write(database, size) for size in sizes]
    found = await steps(database, FeedCursor(database, name="probe", most=MOST))
    assert [until for _, until in found] == [positions[end] for end in ends]


async def test_other_kinds_take_up_no_room(database: Database) -> None:
    await write(database, 1)
    await write(database, 9, kind="household")
    last = await write(database, 1)
    assert await steps(database, FeedCursor(database, name="probe", most=MOST)) == [(1, last)]


async def test_events_that_come_alone_are_followed_together(database: Database) -> None:
    for _ in range(40):
        last = await write(database, 3)
    assert await steps(database, FeedCursor(database, name="probe")) == [(3, last)]


async def test_who_was_overtaken_goes_nowhere(database: Database) -> None:
    await write(database, 1)
    one, other = (FeedCursor(database, name="probe") for _ in range(2))
    step = await other.next()
    assert step is not None
    assert await steps(database, one)

    async def work(tx: Transaction) -> None:
        await other.advance(tx, step)

    with pytest.raises(OvertakenError):
        await database.in_write(work)
