"""The API keys of this graph: made, listed, rotated, revoked, verified."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.access.cache import ExpiringCache
from graph.access.keys import check_preset, digest, is_sendable, new_key
from graph.access.roles import Caller, Permission, Role, permissions_of
from graph.access.terms import DEALER_ID, from_stored, stored
from graph.access.tokens import TokenVerifier, is_token
from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import AccessError, InputError, NotFoundError

CACHE_SECONDS: Final = 4.0
"""How long a verified key is believed; with the look-up, a revocation is effective everywhere within 5 s."""
CACHED_KEYS: Final = 1_024

_SOURCE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it may be shown; times in microseconds."""

    id: str
    role: Role
    source: str | None
    dealer: str | None
    preset: bool
    created_at: int
    revoked_at: int | None
    only: frozenset[Permission] | None = None
    expires_at: int | None = None
    replaced_by: str | None = None

    def state(self, now: int) -> str:
        """One word for how it stands."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        if self.replaced_by is not None:
            return "replaced"
        return "preset" if self.preset else "active"


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key; its text is known only here and now."""

    id: str
    key: str
    role: Role
    expires_at: int | None = None

    def __repr__(self) -> str:
        return f"CreatedKey(id={self.id!r}, role={self.role!r})"


class AccessService:
    """Keys in the graph, as digests only. Belongs to one event loop.

    Every method raises DatabaseUnavailableError where the database is away. Writes append to the change feed.
    """

    def __init__(
        self, database: Database, *, tokens: TokenVerifier | None = None, clock: Clock = system_clock
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock
        self._verified: ExpiringCache[str, _Good] = ExpiringCache(size=CACHED_KEYS, seconds=CACHE_SECONDS)

    async def create(
        self,
        role: Role,
        *,
        source: str | None = None,
        dealer: str | None = None,
        only: frozenset[Permission] | None = None,
        valid_for: int | None = None,
    ) -> CreatedKey:
        """A new key: good for `valid_for` microseconds, else until revoked; for `only` some of what its role may do.

        Raises InputError where the role needs a source or dealer or takes none, or does not have what it is limited to.
        """
        _check_binding(role, source, dealer)
        _check_terms(role, only, valid_for)
        expires_at = None if valid_for is None else self._clock() + valid_for
        made = CreatedKey(id=new_id(), key=new_key(role), role=role, expires_at=expires_at)
        await self._write(
            "access.create_key",
            id=made.id,
            digest=digest(made.key),
            role=str(role),
            source=source,
            dealer=dealer,
            only=stored(only),
            expiresAt=expires_at,
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

        The key that replaced it, or that it replaced, stays as it is. Raises NotFoundError for an unknown id,
        InputError for the preset key.
        """
        key = await self._key(key_id)
        if key.revoked_at is not None:
            return key
        _check_not_preset(key)
        await self._write("access.revoke_key", id=key_id)
        self._verified.clear()
        return await self._key(key_id)

    async def rotate(self, key_id: str, *, grace: int = 0, valid_for: int | None = None) -> CreatedKey:
        """A new key that may do what an old one may; that one stays good for `grace` microseconds, at most as it was.

        The new one is good for `valid_for` microseconds, else for as long as the old one was made for. No grace ends
        the old key here at once, in other processes within 5 s. Raises NotFoundError for an unknown id, InputError
        for a key that is preset or is replaced, revoked or expired already.
        """
        old = await self._key(key_id)
        _check_not_preset(old)
        now = self._clock()
        if valid_for is None and old.expires_at is not None:
            valid_for = max(old.expires_at - old.created_at, 1)  # the two are of different clocks
        _check_terms(old.role, None, valid_for)
        expires_at = None if valid_for is None else now + valid_for
        made = CreatedKey(id=new_id(), key=new_key(old.role), role=old.role, expires_at=expires_at)
        written = await self._write(
            "access.rotate_key",
            old=key_id,
            until=now + grace,
            id=made.id,
            digest=digest(made.key),
            expiresAt=expires_at,
        )
        if not written:
            raise InputError(
                "This key was rotated or revoked already, or has expired.",
                remedy="`guanxi key list` shows which key replaced it; `guanxi key create` makes another.",
            )
        self._verified.clear()
        return made

    async def _key(self, key_id: str) -> ApiKey:
        key = next((key for key in await self.keys() if key.id == key_id), None)
        if key is None:
            raise NotFoundError("There is no key of this id.", remedy="`guanxi key list` shows all ids.")
        return key

    async def verify(self, key: str) -> Caller:
        """Who holds this key. Raises AccessError for an unknown, revoked or expired one, in the same words."""
        if not is_sendable(key):
            raise _unknown()
        wanted = digest(key)
        now = self._clock()
        held = self._verified.get(wanted)
        if held is not None and (held.expires_at is None or now < held.expires_at):
            return held.caller
        asked_at = self._verified.now()
        row = await self._database.read_one("access.find_key", digest=wanted, now=now)
        if row is None:  # not cached: a key made a moment later must work at once
            raise _unknown()
        id_, role, source, dealer, _, only, expires_at, line = row
        caller = _caller(id_, role, source, dealer, only, line)
        self._verified.put(wanted, _Good(caller, expires_at=expires_at), asked_at=asked_at)
        return caller

    async def holder(self, key_id: str) -> Caller:
        """Who the key of this id is now, or the one that it was rotated to; for what is done on its behalf later.

        Raises AccessError where there is none: a token's subject, a key that was revoked or has expired.
        """
        row = await self._database.read_one("access.find_holder", id=key_id, now=self._clock())
        if row is None:
            raise _unknown()
        return _caller(*row)

    async def line(self, caller: Caller) -> list[str]:
        """The ids that the caller was ever known by: its key's and those of the keys that it was rotated from."""
        row = await self._database.read_one("access.list_line", line=caller.owner)
        return sorted({caller.key_id, *(row[0] if row else [])})

    async def identify(self, credential: str) -> Caller:
        """Who sends this key or, where an issuer is configured, this token of it.

        Raises AccessError and its like, and IssuerUnavailableError where a token cannot be verified now.
        """
        if self._tokens is not None and is_token(credential):
            return await self._tokens.verify(credential)
        return await self.verify(credential)

    async def aclose(self) -> None:
        """Stop what goes on beside the requests."""
        if self._tokens is not None:
            await self._tokens.aclose()

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


@dataclass(frozen=True, slots=True)
class _Good:
    """A key that was found good, and until when it is at most."""

    caller: Caller
    expires_at: int | None


class _NothingToDoError(Exception):
    """Rolls a write back, so that the feed has no position without an entry."""


def _caller(
    id_: str, role: str, source: str | None, dealer: str | None, only: list[str] | None, line: str | None
) -> Caller:
    """Whoever holds a key, as it is stored."""
    return Caller(
        role=Role(role), key_id=id_, source=source, dealer=dealer, only=from_stored(only), line=line
    )


def _unknown() -> AccessError:
    return AccessError(
        "The key is not known here, or it was revoked or has expired.",
        remedy="Send `Authorization: Bearer KEY`; an operator makes keys with `guanxi key create`.",
    )


def _check_terms(role: Role, only: frozenset[Permission] | None, valid_for: int | None) -> None:
    if only is not None and not (only and only <= permissions_of(role)):
        raise InputError(
            f"A key of role {role} can be limited to what its role may do.", remedy="Name some of that."
        )
    if valid_for is not None and valid_for <= 0:
        raise InputError("A key is to be good for some time.", remedy="Give a time above nothing, as 90d.")


def _check_not_preset(key: ApiKey) -> None:
    if key.preset:
        raise InputError(
            "This key is preset by GUANXI_ADMIN_KEY.",
            remedy="Set GUANXI_ADMIN_KEY to another key and restart; that revokes this one.",
        )


def _check_binding(role: Role, source: str | None, dealer: str | None) -> None:
    if role is not Role.DEALER and dealer is not None:
        raise InputError(f"A key of role {role} is not bound to a dealer.", remedy="Leave --dealer out.")
    if role is Role.DEALER and dealer is None:
        raise InputError("A key of role dealer needs the dealer's id.", remedy="Add --dealer ID.")
    if dealer is not None and not DEALER_ID.fullmatch(dealer):
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
        only=from_stored(row["only"]),
        expires_at=row["expiresAt"],
        replaced_by=row["replacedBy"],
    )
