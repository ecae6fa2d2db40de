"""The change feed seen from a write: it begins by taking the next position and ends by leaving an entry there.

`begin` locks the lane until the transaction ends, so positions follow commits without a gap. A transaction that
began and leaves no entry must be rolled back, or the feed would have a hole: raise something, as `begin` does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from graph.db.database import Transaction
from graph.errors import DatabaseError

NEWEST: Final = 2**62
"""A position after all others: what is decided under the lock alone cannot be stale."""

ERASURES: Final = "erasures"
"""Every batch reads it beside its components, and every erasure touches it: what was decided before is stale."""


class AlreadyCommittedError(Exception):
    """This operation was committed before, though nobody learnt of it: there is nothing left to do."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a write got: its position and `recordedAt` (microseconds, later than any before).

    `stale` where another commit changed what was read: decide anew, in this transaction, which holds the lock.
    """

    position: int
    recorded_at: int
    operation_id: str
    stale: bool = False


async def begin(
    tx: Transaction,
    *,
    operation_id: str,
    now: int,
    read_position: int = NEWEST,
    components: Collection[str] = (),
) -> Begun:
    """Take the lane's lock and the next position; the first statement of every write.

    `components` are the link components that were read at `read_position`. Raises AlreadyCommittedError, and
    DatabaseError where the graph was never migrated.
    """
    row = await tx.one(
        "feed.begin_write",
        operationId=operation_id,
        now=now,
        readPosition=read_position,
        read={"components": sorted(components)},
    )
    if row is None:
        raise DatabaseError("The graph has no change feed.", remedy="Run `guanxi migrate`.")
    position, recorded_at, committed, stale = row
    if committed:
        raise AlreadyCommittedError
    return Begun(position, recorded_at, operation_id, stale)


async def append(
    tx: Transaction,
    begun: Begun,
    *,
    kind: str,
    users: Collection[str] = (),
    profiles: Collection[str] = (),
) -> None:
    """Leave the entry of a write that is not ingest (which leaves its own); the last statement.

    `users` are the oneIds of whom something is different now, `profiles` the ids of profiles that got something.
    """
    await tx.one(
        "feed.append_entry",
        position=begun.position,
        recordedAt=begun.recorded_at,
        kind=kind,
        operationId=begun.operation_id,
        touched={"users": sorted(users), "profiles": sorted(profiles)},
    )
