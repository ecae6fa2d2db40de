"""What people write about referrals: sealed under the key of the profile that it is about, and gone with it."""

from __future__ import annotations

from typing import Final

from graph.errors import InputError, NotFoundError
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer

LONGEST: Final = 1_000


class Notes:
    """Seals and opens notes; free text names people, so none of it stands in the clear."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def seal(self, profile_id: str | None, text: str) -> bytes:
        """A note about a profile, sealed. Raises NotFoundError where the profile's key is gone."""
        keys = self._keyring.keys_for([profile_id]) if profile_id else {}
        if profile_id is None or profile_id not in keys:
            raise NotFoundError("Whom it is about was erased.", remedy="There is nothing left to decide.")
        return Sealer(keys[profile_id].data_key, profile_id).seal(_NAME, text.encode())

    def open(self, profile_id: str | None, sealed: bytes | None) -> str | None:
        """A note as it was written; None where there is none, or where its profile was erased."""
        if sealed is None or profile_id is None:
            return None
        key = self._keyring.keys_for([profile_id]).get(profile_id)
        return None if key is None else Sealer(key.data_key, profile_id).open(_NAME, sealed).decode()


_NAME: Final = "referral:note"


def checked(text: str) -> str:
    """The text without white space around it. Raises InputError where it is empty or over 1,000 characters."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise InputError(f"A note is 1 to {LONGEST} characters.", remedy="Say why.")
    return text
