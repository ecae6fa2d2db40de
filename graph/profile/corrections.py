"""Manual corrections: a value set by hand, kept as evidence on the founder's profile of the person corrected.

It hangs on a profile like every other fact, so it goes with that profile through merges and splits, and wins over
every source in the golden record of whoever the profile is. It says what to show, never who is who: `resolve` does
not read it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.clock import Clock, new_id, system_clock
from graph.db import feed
from graph.db.database import Database, Transaction
from graph.errors import InputError, IntegrityError, NotFoundError
from graph.ingest import normalise
from graph.ingest.normalise import Refused
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer
from graph.profile.golden import Correction
from graph.profile.golden_rules import FIELD_NAME
from graph.profile.golden_view import IDENTIFIER_FIELDS, open_correction
from graph.profile.traits import BIRTH_DATE, NAME
from graph.search.tokens import SearchTokens

LONGEST: Final = 1_000
"""Characters of a value or reason."""

_FIELD: Final = re.compile(FIELD_NAME)
_CLEANERS: Final = {"gender": normalise.gender, "city": normalise.city, "postcode": normalise.postcode}


@dataclass(frozen=True, slots=True)
class StoredCorrection:
    """A correction, and when it was taken back (µs), if it was."""

    correction: Correction
    retracted_at: int | None


class CorrectionService:
    """Writes and takes back corrections; who may is the caller's to decide.

    Raises DatabaseUnavailableError where the database is away: then nobody knows whether it was done; a
    correction made twice shows the same value.
    """

    def __init__(self, database: Database, *, keyring: Keyring, clock: Clock = system_clock) -> None:
        self._database = database
        self._keyring = keyring
        self._search = SearchTokens(BlindIndex(keyring.index_root))
        self._clock = clock

    async def correct(self, one_id: str, field: str, value: str, *, why: str, by: str) -> StoredCorrection:
        """Set a field of the person a oneId leads to now; the latest standing correction of a field is shown.

        The value is read as a source's would be. Raises NotFoundError for a oneId that leads to nobody, and
        InputError for a field that cannot be one, a value that the field does not take, a value or reason that
        is empty or over 1,000 characters.
        """
        if not _FIELD.fullmatch(field):
            raise InputError(
                "`field` is no name of a field.", remedy="Give a trait's name, or `phone` or `email`."
            )
        content, reason = read_value(field, value, now=self._clock()), _text("why", why)
        founder = await self._database.read_one("profile.find_founder", oneId=one_id)
        keys = self._keyring.keys_for([founder[0]]) if founder else {}
        if founder is None or founder[0] not in keys:
            raise NotFoundError("This oneId leads to nobody.", remedy="Take the oneId of a user.")
        profile_id, _, _ = founder
        sealer = Sealer(keys[profile_id].data_key, profile_id)
        id_ = new_id()
        await self._write(
            "profile.add_correction",
            correction={
                "profileId": profile_id,
                "id": id_,
                "field": field,
                "value": sealer.seal_json(f"correction:{id_}:value", content),
                "by": by,
                "why": sealer.seal(f"correction:{id_}:why", reason.encode()),
                "searchTokens": self._search.of_trait(content) if field == NAME else None,
            },
        )
        return await self.find(id_)

    async def retract(self, id_: str, *, by: str) -> StoredCorrection:
        """Take a correction back: the next one, or what sources state, is shown again. Twice is harmless.

        Raises NotFoundError for an unknown one.
        """
        found = await self.find(id_)
        if found.retracted_at is not None:
            return found
        await self._write("profile.retract_correction", id=id_, by=by)
        return await self.find(id_)

    async def find(self, id_: str) -> StoredCorrection:
        """One correction, opened. Raises NotFoundError where there is none, or its person was erased."""
        row = await self._database.read_one("profile.find_correction", id=id_)
        if row is not None:
            profile_id, source, record_id, stored, retracted_at = row
            keys = self._keyring.keys_for([profile_id])
            if profile_id in keys:
                sealer = Sealer(keys[profile_id].data_key, profile_id)
                return StoredCorrection(_opened(sealer, source, record_id, stored), retracted_at)
        raise NotFoundError(
            "There is no such correction.", remedy="A user's `golden` names those that stand."
        )

    async def _write(self, name: str, **params: object) -> None:
        operation_id = new_id()

        async def work(tx: Transaction) -> None:
            begun = await feed.begin(tx, operation_id=operation_id, now=self._clock())
            done = await tx.one(
                name,
                position=begun.position,
                recordedAt=begun.recorded_at,
                operationId=operation_id,
                **params,
            )
            if done is None:
                raise IntegrityError("The profile of a correction is gone.", remedy="Ask again.")

        try:
            await self._database.in_write(work)
        except feed.AlreadyCommittedError:
            return


def _opened(sealer: Sealer, source: str, record_id: bytes, stored: Sequence[Any]) -> Correction:
    opened = sealer.open("recordId", record_id).decode()
    return open_correction(stored, sealer, source=source, record_id=opened)


def read_value(field: str, value: str, *, now: int) -> Any:
    """A field's value in the form that sources' values have. Raises InputError, without the value."""
    text = _text("value", value)
    if field == NAME:
        return _name(text)
    read: str | Refused | None = text
    if field == BIRTH_DATE:
        read = normalise.birth_date(text, now=now)
    elif field in IDENTIFIER_FIELDS:
        found = normalise.identifier(field, text)
        read = found if isinstance(found, Refused) else found.value
    elif (cleaner := _CLEANERS.get(field)) is not None:
        read = cleaner(text)
    if isinstance(read, Refused):
        raise InputError(f"The value {read.message}.", remedy="Correct it.")
    if read is None:
        raise InputError(f"The value is not one that `{field}` can have.", remedy="Correct it.")
    return read


def _name(text: str) -> dict[str, str | None]:
    found = normalise.person_name(full=text)
    if found is None:
        raise InputError("The value is no name of a person.", remedy="Correct it.")
    name = found.name
    return {
        "display": found.display,
        "mask": found.mask,
        "full": name.full,
        "family": name.family,
        "given": name.given,
    }


def _text(argument: str, given: str) -> str:
    text = given.strip()
    if not 0 < len(text) <= LONGEST:
        raise InputError(f"`{argument}` is empty or over {LONGEST} characters.", remedy="Correct it.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(f"`{argument}` is not valid Unicode.", remedy="Correct it.") from None
    return text
