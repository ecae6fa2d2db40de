"""Unwrapped profile keys held in memory, so that a hot profile costs no look-up and no decryption."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

_K = TypeVar("_K")


@dataclass(frozen=True, slots=True)
class ProfileKey:
    """A profile's id and the key its values are sealed under; the key never shows in a repr."""

    profile_id: str
    data_key: bytes = field(repr=False)


Record = tuple[str, str]
"""A source and the blind index of a record id in it."""


class KeyCache:
    """The most recently used profile keys, by record and by id; bounded, thread-safe.

    Keys may be shredded by another process at any time. The keyring numbers shreddings; `forget` is told of
    them in order, and `put` refuses keys read before the last one it was told of, which might be among them.
    """

    def __init__(self, limit: int) -> None:
        """Holds at most `limit` keys by record and as many by id."""
        self._limit = limit
        self._lock = threading.Lock()
        self._by_record: OrderedDict[Record, ProfileKey] = OrderedDict()
        self._by_id: OrderedDict[str, ProfileKey] = OrderedDict()
        self._shredded = 0

    def __repr__(self) -> str:
        return f"KeyCache(held={len(self._by_id)})"

    @property
    def shredded(self) -> int:
        """The number of the last shredding the cache was told of."""
        return self._shredded

    def forget(self, shredded: Iterable[tuple[int, str, str, str]]) -> None:
        """Drops shredded keys, given as number, profile id, source and record key, ascending."""
        with self._lock:
            for number, profile_id, source, record_key in shredded:
                gone = self._by_record.get((source, record_key))
                if gone and gone.profile_id == profile_id:  # the record may have a new profile since
                    del self._by_record[source, record_key]
                self._by_id.pop(profile_id, None)
                self._shredded = max(self._shredded, number)

    def of_records(self, records: Iterable[Record]) -> dict[Record, ProfileKey]:
        """What is held of these records."""
        with self._lock:
            return _taken(self._by_record, records)

    def of_ids(self, profile_ids: Iterable[str]) -> dict[str, ProfileKey]:
        """What is held of these profiles."""
        with self._lock:
            return _taken(self._by_id, profile_ids)

    def put(self, found: Sequence[tuple[Record, ProfileKey]], *, as_of: int) -> None:
        """Holds keys read when the last known shredding was number `as_of`."""
        with self._lock:
            if as_of != self._shredded:
                return
            for record, key in found:
                self._by_record[record] = key
                self._by_id[key.profile_id] = key
            while len(self._by_record) > self._limit:
                self._by_record.popitem(last=False)
            while len(self._by_id) > self._limit:
                self._by_id.popitem(last=False)


def _taken(held: OrderedDict[_K, ProfileKey], wanted: Iterable[_K]) -> dict[_K, ProfileKey]:
    found: dict[_K, ProfileKey] = {}
    for name in wanted:
        key = held.get(name)
        if key is not None:
            held.move_to_end(name)
            found[name] = key
    return found
