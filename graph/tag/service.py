"""Tags by hand: a word that a steward leaves on a person, and takes back.

A tag stands on the founder's profile of who is tagged, so merges move nothing and splits lose nothing: it goes with
that profile. It says nothing of who is who. Its name stands in the clear, so it may name nobody; the reason is sealed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graph.clock import Clock, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import InputError, IntegrityError, NotFoundError
from graph.ingest.clear_text import LONGEST_NAME, is_safe_name
from graph.operation import operation_of
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

LONGEST_REASON: Final = 1_000
_REASON: Final = "tag:why"


@dataclass(frozen=True, slots=True)
class Tag:
    """A standing tag: who gave it, since when (µs), on which profile. `why` is None where it was not opened."""

    name: str
    by: str
    since: int
    profile_id: str
    why: str | None


@dataclass(frozen=True, slots=True)
class Tagged:
    """The person's tags after a write; `repeated` where it was so before and nothing was written."""

    one_id: str
    tags: tuple[Tag, ...]
    repeated: bool


class TagService:
    """Gives, takes back and reads tags; who may is the caller's to decide."""

    def __init__(self, database: Database, *, keyring: Keyring, clock: Clock = system_clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    async def tag(
        self, one_id: str, name: str, *, why: str, by: str, idempotency_key: str | None = None
    ) -> Tagged:
        """Tag the person a oneId leads to now; who has the tag keeps it as it was given first.

        Raises NotFoundError for a oneId that leads to nobody, InputError for a name that cannot stand in the clear
        (at most 64 letters, digits, spaces, dots and hyphens, without five digits in a row) and for a reason that is
        empty or over 1,000 characters.
        """
        name, reason = _name(name), _reason(why)
        operation = operation_of("tag", by=by, idempotency_key=idempotency_key)
        present, profile_id = await self._person(one_id)
        if await self._standing_on(present, name):
            return await self._after(present, repeated=True)
        keys = self._keyring.keys_for([profile_id])
        if profile_id not in keys:
            raise _nobody()
        why_sealed = Sealer(keys[profile_id].data_key, profile_id).seal(_REASON, reason.encode())
        tag = {"profileId": profile_id, "name": name, "by": by, "why": why_sealed}
        written = await self._write(operation, "tag.add_tag", tag)
        return await self._after(present, repeated=not written)

    async def untag(self, one_id: str, name: str, *, by: str, idempotency_key: str | None = None) -> Tagged:
        """Take a tag off the person, on whichever of their profiles it stands; who has it not is left as they are.

        Raises as `tag`.
        """
        name = _name(name)
        operation = operation_of("untag", by=by, idempotency_key=idempotency_key)
        present, _ = await self._person(one_id)
        found = await self._standing_on(present, name)
        if not found:
            return await self._after(present, repeated=True)
        tag = {"profiles": sorted(found), "name": name, "by": by}
        written = await self._write(operation, "tag.retract_tag", tag)
        return await self._after(present, repeated=not written)

    async def tags(self, one_ids: Collection[str], *, clear: bool) -> dict[str, tuple[Tag, ...]]:
        """The standing tags of present users, by name, each once: as it was given first. One statement.

        Reasons are opened only with `clear`.
        """
        rows = await self._rows(sorted(set(one_ids)))
        keys = self._keyring.keys_for(sorted({stored[4] for stored in rows})) if clear else {}
        found: dict[str, dict[str, Tag]] = {one_id: {} for one_id in one_ids}
        for one_id, name, by, since, profile_id, why in rows:
            before = found[one_id].get(name)
            if before is None or (since, profile_id) < (before.since, before.profile_id):
                key = keys.get(profile_id)
                reason = Sealer(key.data_key, profile_id).open(_REASON, why).decode() if key else None
                found[one_id][name] = Tag(name, by, since, profile_id, reason)
        return {one_id: tuple(tags[name] for name in sorted(tags)) for one_id, tags in found.items()}

    async def _after(self, one_id: str, *, repeated: bool) -> Tagged:
        return Tagged(one_id, (await self.tags([one_id], clear=False))[one_id], repeated)

    async def _rows(self, one_ids: list[str]) -> list[list[Any]]:
        row = await self._database.read_one("tag.read_tags", asked={"oneIds": one_ids})
        return row[0] if row else []

    async def _standing_on(self, one_id: str, name: str) -> set[str]:
        """The profiles of a user that bear a tag."""
        return {row[4] for row in await self._rows([one_id]) if row[1] == name}

    async def _person(self, one_id: str) -> tuple[str, str]:
        """The present oneId that a oneId leads to, and its founder's profile."""
        row = await self._database.read_one("tag.find_founder", oneId=one_id)
        if row is None:
            raise _nobody()
        return row[0], row[1]

    async def _write(self, operation: str, name: str, tag: Mapping[str, object]) -> bool:
        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation, now=self._clock())
            done = await tx.one(
                name,
                position=begun.position,
                recordedAt=begun.recorded_at,
                operationId=operation,
                tag=tag,
            )
            if done is None:
                raise IntegrityError("The profile of a tag is gone.", remedy="Ask again.")

        try:
            await self._database.in_write(work)
        except feed.AlreadyCommittedError:
            return False
        return True


def _nobody() -> NotFoundError:
    return NotFoundError("This oneId leads to nobody.", remedy="Take the oneId of a user.")


def _name(given: str) -> str:
    name = given.strip()
    if not is_safe_name(name):
        raise InputError(
            f"`tag` is not 1 to {LONGEST_NAME} letters, digits, spaces, dots, hyphens and underscores, without five "
            "digits in a row.",
            remedy="Give a word that names nobody, as `VIP`.",
        )
    return name


def _reason(given: str) -> str:
    reason = given.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise InputError(f"`why` is empty or over {LONGEST_REASON} characters.", remedy="Correct it.")
    try:
        reason.encode()
    except UnicodeEncodeError:
        raise InputError("`why` is not valid Unicode.", remedy="Correct it.") from None
    return reason
