"""The truth about referrals: which are what they seem, and what kind of fraud each of the others is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from graph.fraud.flag import Code
from graph.referral.progress import Progress

Record = tuple[str, str]
"""A source and the id of a record there."""


class LookAlike(StrEnum):
    """What makes an honest referral look like fraud."""

    FAMILY = "family"  # they live together; each has a phone of their own and pays for themselves
    OFFICE = "office"  # colleagues who all give their office's address
    TABLET = "tablet"  # all signed in on one showroom's tablet
    ACTIVE = "active"  # an owner who brings very many, over many months
    SAME_SESSION = "sameSession"  # the code is entered a minute after the lead form
    CANCELLED_BEFORE = "cancelledBefore"  # the order is cancelled before there was any reward
    RETURNED_EARLY = "returnedEarly"  # the car is returned within the return window
    MUTUAL = "mutual"  # A brought B to a first car; over a year later B brings A to a second


@dataclass(frozen=True, slots=True)
class Planted:
    """One referral as it really is.

    `friend` is the record that came by the code, `friend_records` are all of that person's. `kind` is None where it
    is honest; `also` is what is true of it beside, and no mistake to find: a family does live together. `late`: what
    shows it is only known after the order. `reached` is how far it came, whatever ended it later; `at` is the
    first touch, in seconds after `seed.items.START`; `generation` counts from 1, the friends of who began.
    """

    code: str
    referrer: Record
    friend: Record
    friend_records: frozenset[Record]
    at: int
    reached: Progress
    dealer: str
    kind: Code | None = None
    also: frozenset[Code] = frozenset()
    look_alike: LookAlike | None = None
    late: bool = False
    generation: int = 1

    @property
    def honest(self) -> bool:
        """Whether nobody cheats."""
        return self.kind is None


class ReferralTruth:
    """What each planted referral is, by its code and any record of the friend's."""

    def __init__(self, planted: Iterable[Planted]) -> None:
        self._planted = tuple(planted)
        self._by_record = {
            (each.code, *record): each for each in self._planted for record in each.friend_records
        }

    def __iter__(self) -> Iterator[Planted]:
        return iter(self._planted)

    def __len__(self) -> int:
        return len(self._planted)

    def of(self, code: str, source: str, record_id: str) -> Planted | None:
        """The referral by that code of the person with that record; None where none was planted."""
        return self._by_record.get((code, source, record_id))

    def of_kind(self, kind: Code | None) -> tuple[Planted, ...]:
        """All of one kind of fraud; all honest ones for None."""
        return tuple(each for each in self._planted if each.kind is kind)

    def look_alikes(self, look_alike: LookAlike) -> tuple[Planted, ...]:
        """All honest ones that look like fraud in this way."""
        return tuple(each for each in self._planted if each.look_alike is look_alike)
