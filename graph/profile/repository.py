"""Reading people from the graph: one statement and one record a call, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.db.database import Database
from graph.errors import DatabaseError, ForbiddenError
from graph.profile.rows import (
    HolderRow,
    Holders,
    IdentifierRow,
    ProfileRow,
    TouchpointRow,
    UserRow,
    VehicleRow,
    Want,
)


class ProfileRepository:
    """The statements of `cypher/profile`; raises DatabaseUnavailableError where the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(self, one_ids: Sequence[str], want: Want) -> list[UserRow]:
        """The users these oneIds lead to, in the order asked; an id that leads nowhere is left out.

        Now, or at the time that `want` names. Raises ForbiddenError for a dealer who asks for the past.
        """
        return (await self.users_at(one_ids, want))[1]

    async def users_at(self, one_ids: Sequence[str], want: Want) -> tuple[int, list[UserRow]]:
        """As `users`, with a position of the feed: whatever was committed up to it is in the answer."""
        _present_only(want.as_of, want.dealer)
        row = await self._database.read_one(
            "profile.read_users" if want.as_of is None else "profile.read_snapshots",
            **_at(want.as_of),
            asked={
                "oneIds": list(one_ids),
                "pages": [[p.since, p.before, p.kinds and list(p.kinds), p.channel] for p in want.pages],
                "recordIds": want.record_ids or want.names or want.golden,  # one decides between equal names
                "traits": want.names or want.golden,
            },
            identifiers=want.identifiers or want.golden,
            values=want.clear or want.golden,
            clear=want.clear,
            vehicles=want.vehicles,
            proof=want.golden or want.proof,
            rows=max((page.first for page in want.pages), default=0) + 1,
            **({"dealer": want.dealer} if want.as_of is None else {}),
        )
        position, users = row or (0, ())
        found = {user[0]: _user(user) for user in users}
        return position, [found[one_id] for one_id in one_ids if one_id in found]

    async def one_ids(
        self, after: str, rows: int, *, seen: int, limit: int
    ) -> tuple[list[str], int, list[Any]]:
        """The next present oneIds above `after`, ascending, at most `rows`; and the feed from a position `seen`.

        That is its head, and at most `limit` entries, as `Remembered.learn` takes them.
        """
        row = await self._database.read_one(
            "profile.list_users", after=after, rows=rows, seen=seen, limit=limit
        )
        if row is None:
            raise DatabaseError("The graph has no change feed.", remedy="Run `guanxi migrate`.")
        one_ids, head, entries = row
        return one_ids, head, entries

    async def dealer_one_ids(self, after: str, rows: int, *, dealer: str) -> list[str]:
        """As `one_ids`, of a dealer's people and without the feed."""
        row = await self._database.read_one(
            "profile.list_dealer_users", after=after, rows=rows, dealer=dealer
        )
        return row[0] if row else []

    async def holders(self, keys: Sequence[str], *, dealer: str | None, as_of: int | None = None) -> Holders:
        """Who holds any of these identifiers, given by blind index."""
        _present_only(as_of, dealer)
        name = "profile.find_holders" if as_of is None else "profile.find_holders_as_of"
        row = await self._database.read_one(name, **_at_or_to(as_of, dealer), asked={"keys": list(keys)})
        trusted, claimed = row or ((), ())
        return Holders(tuple(trusted), tuple(claimed))

    async def owner(self, vehicle_key: str, *, dealer: str | None, as_of: int | None = None) -> str | None:
        """The owner of a vehicle, given by blind index; None where there is no single one."""
        _present_only(as_of, dealer)
        name = "profile.find_owners" if as_of is None else "profile.find_owners_as_of"
        row = await self._database.read_one(name, **_at_or_to(as_of, dealer), key=vehicle_key)
        return row[0][0] if row and len(row[0]) == 1 else None

    async def list_holders(
        self, keys: Sequence[str], *, at: int, rows: int, dealer: str | None
    ) -> list[HolderRow]:
        """At most `rows` profiles that held any of these identifiers at a time, trusted evidence first."""
        row = await self._database.read_one(
            "profile.list_holders", asked={"keys": list(keys)}, at=at, rows=rows, dealer=dealer
        )
        return [_holder(holder) for holder in (row[0] if row else ())]

    async def list_drivers(
        self, vehicle_key: str, *, at: int, rows: int, dealer: str | None
    ) -> list[HolderRow]:
        """At most `rows` profiles that had this vehicle at a time."""
        row = await self._database.read_one(
            "profile.list_drivers", key=vehicle_key, at=at, rows=rows, dealer=dealer
        )
        return [_holder(holder) for holder in (row[0] if row else ())]

    async def former_until(self, one_id: str) -> int | None:
        """Since when nobody bears this oneId any more, µs; None where somebody does, or nobody ever did."""
        row = await self._database.read_one("profile.find_former", oneId=one_id)
        return row[0] if row else None

    async def members(self, one_id: str, *, dealer: str | None) -> tuple[str, frozenset[str]] | None:
        """The oneId that a oneId leads to now, and its profiles; None where it leads nowhere."""
        row = await self._database.read_one("profile.find_members", oneId=one_id, dealer=dealer)
        return (row[0], frozenset(row[1])) if row else None

    async def profile(self, profile_id: str, *, dealer: str | None) -> ProfileRow | None:
        """One profile."""
        row = await self._database.read_one("profile.find_profile", id=profile_id, dealer=dealer)
        return ProfileRow(*row) if row else None

    async def touchpoint(self, profile_id: str, at: str, *, dealer: str | None) -> TouchpointRow | None:
        """One touchpoint."""
        row = await self._database.read_one(
            "profile.find_touchpoint", profileId=profile_id, at=at, dealer=dealer
        )
        return TouchpointRow(*row[0]) if row else None

    async def vehicle(self, key: str, *, clear: bool, dealer: str | None) -> list[VehicleRow]:
        """One vehicle, once for each of up to 20 profiles that know its VIN where that is asked for."""
        row = await self._database.read_one("profile.find_vehicle", key=key, clear=clear, dealer=dealer)
        if row is None:
            return []
        _, mask, model, vins = row[0]
        return [VehicleRow(id_, key, mask, model, None, None, vin) for id_, vin in vins or [("", None)]]

    async def sources(self) -> tuple[dict[str, str], list[str]]:
        """Declared sources with their declarations as JSON, and the names of sources that have a key."""
        row = await self._database.read_one("profile.list_sources")
        declared, keyed = row or ((), ())
        return dict(declared), list(keyed)


def _at(as_of: int | None) -> dict[str, int]:
    return {} if as_of is None else {"at": as_of}


def _at_or_to(as_of: int | None, dealer: str | None) -> dict[str, Any]:
    return {"dealer": dealer} if as_of is None else {"at": as_of}


def _present_only(as_of: int | None, dealer: str | None) -> None:
    """Raises ForbiddenError for a dealer who asks for the past: who was whose then may be no dealer's business now."""
    if as_of is not None and dealer is not None:
        raise ForbiddenError(
            "A dealer sees what is believed now.", remedy="Leave `asOf` out, or use a key of another role."
        )


def _holder(row: Sequence[Any]) -> HolderRow:
    profile_id, source, record_id, *rest = row
    return HolderRow(ProfileRow(profile_id, source, record_id), *rest)


def _user(row: Sequence[Any]) -> UserRow:
    asked, one_id, profiles, identifiers, vehicles, pages = row
    return UserRow(
        asked=asked,
        one_id=one_id,
        profiles=tuple(map(ProfileRow._make, profiles)),
        identifiers=tuple(map(IdentifierRow._make, identifiers)),
        vehicles=tuple(map(VehicleRow._make, vehicles)),
        pages=tuple(tuple(map(TouchpointRow._make, page)) for page in pages),
    )
