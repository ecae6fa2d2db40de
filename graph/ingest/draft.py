"""A message made ready for the graph: found by blind indexes, sealed under its profile's key. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from graph.identity.evidence import Identifier
from graph.ingest.message import Message, Sighting
from graph.ingest.subjects import fact_key
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.privacy.seal import Sealer


@dataclass(frozen=True, slots=True)
class Draft:
    """One message with its keys; `sightings` carry each identifier's blind index.

    `suppression` is what its record would be known by if it had been erased; `fact` what the graph keeps of the
    touchpoint's subject.
    """

    message: Message
    key: str
    content: str
    record_key: str
    profile_id: str
    sealer: Sealer
    sightings: tuple[tuple[str, Sighting], ...]
    vehicle_key: str | None
    suppression: str = ""
    fact: str | None = None


def draft(messages: Sequence[Message], *, keyring: Keyring, blind: BlindIndex) -> list[Draft]:
    """Allot profile ids and keys for all messages at once and compute their blind indexes.

    Calling it again gives the same ids; keys allotted for a message that is never written are harmless.
    """
    record_keys = [blind.record_key(m.source, m.record_id) for m in messages]
    keys = keyring.allot([(m.source, key) for m, key in zip(messages, record_keys, strict=True)])
    suppressions = suppression_index(keyring)
    suppression: dict[str, str] = {}
    sealers: dict[str, Sealer] = {}
    indexes: dict[Identifier, str] = {}
    drafts: list[Draft] = []
    for message, record_key, key in zip(messages, record_keys, keys, strict=True):
        sealer = sealers.get(key.profile_id)
        if sealer is None:
            sealer = sealers[key.profile_id] = Sealer(key.data_key, key.profile_id)
            suppression[key.profile_id] = suppressions.record_key(message.source, message.record_id)
        message_key = blind.message_key(message.source, message.message_id)
        drafts.append(
            Draft(
                message=message,
                key=message_key,
                content=blind.digest("content", message.content),
                record_key=record_key,
                profile_id=key.profile_id,
                sealer=sealer,
                sightings=tuple((_index(s.identifier, blind, indexes), s) for s in message.sightings),
                vehicle_key=blind.key("vehicle", "*", message.vehicle.vin) if message.vehicle else None,
                suppression=suppression[key.profile_id],
                fact=_fact(message, message_key, blind),
            )
        )
    return drafts


def suppression_index(keyring: Keyring) -> BlindIndex:
    """The index by which erased records are known again: `record_key` gives their suppressions."""
    return _suppressions(keyring.suppression_root)


@lru_cache(maxsize=8)
def _suppressions(root: bytes) -> BlindIndex:
    return BlindIndex(root)


def _fact(message: Message, message_key: str, blind: BlindIndex) -> str | None:
    if message.touchpoint is None or message.touchpoint.subject is None:
        return None
    return fact_key(message.touchpoint.subject, message_key=message_key, blind=blind)


def _index(identifier: Identifier, blind: BlindIndex, known: dict[Identifier, str]) -> str:
    """The blind index an identifier is found by; a batch says most of them many times."""
    key = known.get(identifier)
    if key is None:
        key = known[identifier] = blind.key(identifier.namespace, identifier.scope, identifier.value)
    return key
