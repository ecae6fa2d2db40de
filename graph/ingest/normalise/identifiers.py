"""`identifier`: any raw value of any namespace to a normalised identifier or a reason why it is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from graph.ingest.normalise.emails import normal_email
from graph.ingest.normalise.government import normal_government_id
from graph.ingest.normalise.namespaces import Namespace
from graph.ingest.normalise.phones import normal_phone
from graph.ingest.normalise.placeholders import is_placeholder
from graph.ingest.normalise.values import Normal, RefusalCode, Refused, as_text, folded
from graph.ingest.normalise.vehicle import normal_plate, normal_vin
from graph.privacy import mask

LONGEST_ID: Final = 256
"""Most characters of a channel's or system's own id."""

_CACHE: Final = 65_536
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST_ADDRESS: Final = 500
_SHORTEST_ADDRESS: Final = 5


def identifier(namespace: str, raw: object, *, region: str = "CN") -> Normal | Refused:
    """The normalised identifier, or why the value is none.

    Pure, total (never raises, whatever JSON or a file gave) and idempotent: normalising the answer's value
    gives the same answer. `region` is where national phone numbers, plates and ids are read. Opaque ids
    (user, device and channel ids) stay byte-exact apart from spaces around them.
    """
    parse = _PARSERS.get(namespace)
    if parse is None:
        return Refused(RefusalCode.UNKNOWN_NAMESPACE, "is of a namespace that does not exist")
    text = as_text(raw)
    return text if isinstance(text, Refused) else parse(text, region)


@lru_cache(maxsize=_CACHE)  # a person's ids come with every event
def _opaque(text: str, _region: str) -> Normal | Refused:
    if len(text) > LONGEST_ID:
        return Refused(RefusalCode.TOO_LONG, f"is longer than {LONGEST_ID} characters")
    if is_placeholder(text):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not an id")
    if _CONTROL.search(text):
        return Refused(RefusalCode.MALFORMED, "holds control characters")
    if "***" in text:
        return Refused(RefusalCode.MASKED, "is masked: characters are hidden")
    return Normal(text, mask.opaque(text))


def _address(text: str, _region: str) -> Normal | Refused:
    if len(text) > _LONGEST_ADDRESS:
        return Refused(RefusalCode.TOO_LONG, f"is longer than {_LONGEST_ADDRESS} characters")
    if is_placeholder(folded(text)):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not an address")
    if "**" in folded(text):
        return Refused(RefusalCode.MASKED, "is masked: characters are hidden")
    key = address_key(text)
    if len(key) < _SHORTEST_ADDRESS:
        return Refused(RefusalCode.MALFORMED, "is too short to be one street address")
    if is_placeholder(key):
        return Refused(RefusalCode.PLACEHOLDER, "is a placeholder, not an address")
    return Normal(key, mask.address(key))


def address_key(text: str) -> str:
    """The comparison form of an address: NFKC, case-folded, letters and digits only."""
    key = unicodedata.normalize("NFKC", folded(text).casefold())
    return "".join(char for char in key if char.isalnum() or unicodedata.category(char)[0] == "M")


def _email(text: str, _region: str) -> Normal | Refused:
    return normal_email(text)


def _vin(text: str, _region: str) -> Normal | Refused:
    return normal_vin(text)


_PARSERS: Final[dict[str, Callable[[str, str], Normal | Refused]]] = {
    **dict.fromkeys(Namespace, _opaque),
    Namespace.PHONE: normal_phone,
    Namespace.EMAIL: _email,
    Namespace.GOVERNMENT_ID: normal_government_id,
    Namespace.VIN: _vin,
    Namespace.PLATE: normal_plate,
    Namespace.ADDRESS: _address,
}
