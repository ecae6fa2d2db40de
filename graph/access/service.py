"""The API keys of this graph: made, listed, revoked, verified."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.access.cache import ExpiringCache
from graph.access.keys import check_preset, digest, is_sendable, new_key
from graph.access.roles import Caller, Role
from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import AccessError, InputError, NotFoundError

CACHE_SECONDS: Final = 4.0
"""How long a verified key is believed; with the look-up, a revocation is effective everywhere within 5 s."""
CACHED_KEYS: Final = 1_024

_SOURCE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_DEALER_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it may be shown; times in microseconds. `expires_at` is when it ends by itself, None for never."""

    id: str
    role: Role
    source: str | None
    dealer: str | None
    preset: bool
    created_at: int
    revoked_at: int | None
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key; its text is known only here and now."""

    id: str
    key: str
    role: Role

    def __repr__(self) -> str:
        return f"CreatedKey(id={self.id!r}, role={self.role!r})"


class AccessService:
    """Keys in the graph, as digests only. Belongs to one event loop.

    Every method raises DatabaseUnavailableError where the database is away. Writes append to the change feed.
    """

    def __init__(self, database: Database, *, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock
        self._verified: ExpiringCache[str, tuple[Caller, int | None]] = ExpiringCache(
            size=CACHED_KEYS, seconds=CACHE_SECONDS
        )

    async def create(
        self,
        role: Role,
        *,
        source: str | None = None,
        dealer: str | None = None,
        valid_for: int | None = None,
    ) -> CreatedKey:
        """A new key, which ends by itself after `valid_for` µs where that is given.

        Raises InputError where the role needs a source or dealer, or takes none.
        """
        _check_binding(role, source, dealer)
        made = CreatedKey(id=new_id(), key=new_key(role), role=role)
        await self._write(
            "access.create_key",
            id=made.id,
            digest=digest(made.key),
            role=str(role),
            source=source,
            dealer=dealer,
            expiresAt=None if valid_for is None else self._clock() + valid_for,
        )
        return made

    async def create_first(self) -> CreatedKey | None:
        """An admin key if the graph never had one, else None; of several processes one alone makes it."""
        made = CreatedKey(id=new_id(), key=new_key(Role.ADMIN), role=Role.ADMIN)
        if await self._database.read_one("access.find_admin") is not None:
            return None
        written = await self._write("access.create_first_key", id=made.id, digest=digest(made.key))
        return made if written else None

    async def preset(self, key: str) -> None:
        """Make this text the preset admin key and revoke the one preset before; harmless when repeated.

        Raises ConfigurationError for a key that is too short or cannot be sent.
        """
        check_preset(key)
        wanted = digest(key)
        held = await self._database.read_one("access.find_key", digest=wanted, now=self._clock())
        if held is not None and held[1] == Role.ADMIN and held[4]:
            return
        await self._write("access.preset_key", id=new_id(), digest=wanted)
        self._verified.clear()

    async def keys(self) -> list[ApiKey]:
        """All keys, revoked ones too, oldest first; never the keys themselves."""
        return [_api_key(row) for row in await self._database.read("access.list_keys")]

    async def revoke(self, key_id: str) -> ApiKey:
        """Revoke a key; here at once, in other processes within 5 s. Revoking twice is harmless.

        Raises NotFoundError for an unknown id, InputError for the preset key.
        """
        key = next((key for key in await self.keys() if key.id == key_id), None)
        if key is None:
            raise NotFoundError("There is no key of this id.", remedy="`guanxi key list` shows all ids.")
        if key.revoked_at is not None:
            return key
        if key.preset:
            raise InputError(
                "This key is preset by GUANXI_ADMIN_KEY.",
                remedy="Set GUANXI_ADMIN_KEY to another key and restart; that revokes this one.",
            )
        await self._write("access.revoke_key", id=key_id)
        self._verified.clear()
        return next(key for key in await self.keys() if key.id == key_id)

    async def rotate(self, key_id: str, *, grace: int) -> CreatedKey:
        """A new key in place of one, which goes on for `grace` µs at most; both may do the same.

        A key that was made for a time gives a key for as long. Raises NotFoundError for an unknown id, InputError for
        the preset key, and for one that is revoked or over.
        """
        old = next((key for key in await self.keys() if key.id == key_id), None)
        if old is None:
            raise NotFoundError("There is no key of this id.", remedy="`guanxi key list` shows all ids.")
        made = CreatedKey(id=new_id(), key=new_key(old.role), role=old.role)
        until = self._clock() + grace
        rotated = await self._write(
            "access.rotate_key", oldId=key_id, id=made.id, digest=digest(made.key), until=until
        )
        if not rotated:
            raise InputError(
                "This key is preset, revoked, or over.",
                remedy="`guanxi key create` makes a new one; the preset one is GUANXI_ADMIN_KEY.",
            )
        self._verified.clear()
        return made

    async def verify(self, key: str) -> Caller:
        """Who holds this key. Raises AccessError for an unknown, revoked or ended one, in the same words."""
        if not is_sendable(key):
            raise _unknown()
        wanted = digest(key)
        held = self._verified.get(wanted)
        if held is not None and (held[1] is None or held[1] > self._clock()):
            return held[0]
        asked_at = self._verified.now()
        row = await self._database.read_one("access.find_key", digest=wanted, now=self._clock())
        if row is None:  # not cached: a key made a moment later must work at once
            raise _unknown()
        caller = Caller(role=Role(row[1]), key_id=row[0], source=row[2], dealer=row[3])
        self._verified.put(wanted, (caller, row[5]), asked_at=asked_at)
        return caller

    async def _write(self, name: str, **params: object) -> bool:
        """Run one write statement with its feed entry; False where it found nothing to do."""
        operation_id = new_id()

        async def work(tx: Transaction) -> bool:
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            done = await tx.one(name, recordedAt=begun.recorded_at, **params)
            if done is None:
                raise _NothingToDoError
            await feed.append(tx, begun, kind="key")
            return True

        try:
            return await self._database.in_write(work)
        except feed.AlreadyCommittedError:
            return True
        except _NothingToDoError:
            return False


class _NothingToDoError(Exception):
    """Rolls a write back, so that the feed has no position without an entry."""


def _unknown() -> AccessError:
    return AccessError(
        "The key is not known here, it was revoked, or its time is over.",
        remedy="Send `Authorization: Bearer KEY`; an operator makes keys with `guanxi key create`.",
    )


def _check_binding(role: Role, source: str | None, dealer: str | None) -> None:
    if role is not Role.DEALER and dealer is not None:
        raise InputError(f"A key of role {role} is not bound to a dealer.", remedy="Leave --dealer out.")
    if role is Role.DEALER and dealer is None:
        raise InputError("A key of role dealer needs the dealer's id.", remedy="Add --dealer ID.")
    if dealer is not None and not _DEALER_ID.fullmatch(dealer):
        raise InputError(
            "The dealer has an id that cannot be one.",
            remedy="Use 1 to 100 letters, digits, dots, colons, hyphens and underscores, a letter or digit first.",
        )
    if role is not Role.SOURCE:
        if source is not None:
            raise InputError(f"A key of role {role} belongs to no source.", remedy="Leave --source out.")
        return
    if source is None:
        raise InputError("A key of role source needs the source's name.", remedy="Add --source NAME.")
    if not _SOURCE_NAME.fullmatch(source):
        raise InputError(
            "The source has a name that cannot be one.",
            remedy="Use 1 to 64 letters, digits, dots, hyphens and underscores, a letter or digit first.",
        )


def _api_key(row: Mapping[str, Any]) -> ApiKey:
    return ApiKey(
        id=row["id"],
        role=Role(row["role"]),
        source=row["source"],
        dealer=row["dealer"],
        preset=bool(row["preset"]),
        created_at=row["recordedAt"],
        revoked_at=row["revokedAt"],
        expires_at=row["expiresAt"],
    )
