"""What is known of a referral and what surrounds it, as the rules read it. Plain values; times in µs."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from graph.fraud.flag import Code, Hop, HopKind

CODES: Final[Mapping[str, Code]] = {
    "phone": Code.SHARED_PHONE,
    "email": Code.SHARED_EMAIL,
    "deviceId": Code.SHARED_DEVICE,
    "anonymousId": Code.SHARED_DEVICE,
    "address": Code.SHARED_ADDRESS,
    "vin": Code.SHARED_VEHICLE,
    "plate": Code.SHARED_VEHICLE,
    HopKind.VEHICLE: Code.SHARED_VEHICLE,
    HopKind.PAYER: Code.SHARED_PAYER,
    HopKind.HOUSEHOLD: Code.HOUSEHOLD,
}
"""The flag of each kind of thing that two people share."""

NAMESPACES: Final = ("address", "anonymousId", "deviceId", "email", "phone", "plate", "vin")
"""The identifiers that are looked at."""

_NO_THINGS: Final = frozenset({"familyName", "ages"})
"""Reasons of a household that are no shared things."""


@dataclass(frozen=True, slots=True)
class Ends:
    """A referral, its two profiles, and whose they are now."""

    referral: str
    code: str
    opened_at: int
    referrer_profile: str
    referrer: str
    friend_profile: str
    friend: str


class Share(NamedTuple):
    """A thing that two people have: the profiles that show it, and how many people have it now.

    `kind` is a namespace of identifiers, `vehicle` or `household`; of a household the ends are the two oneIds. `gap` is
    how long it was silent between the two, 0 where they had it at one time or it is not known.
    """

    kind: str
    key: str
    left: str
    right: str
    people: int
    gap: int = 0

    def hops(self, rarity: float) -> tuple[Hop, Hop]:
        """From one end to the other."""
        return Hop(self.kind, self.left, self.key, rarity), Hop(self.kind, self.key, self.right, rarity)


@dataclass(frozen=True, slots=True)
class Home:
    """A household of both: how sure it is that each belongs there (0 to 1), and what speaks for it."""

    id: str
    left: float
    right: float
    reasons: frozenset[str]

    @property
    def family(self) -> bool:
        """Whether it is a family's: they have a name in common, or an address and something else."""
        things = self.reasons - _NO_THINGS
        return "familyName" in self.reasons or ("address" in things and len(things) > 1)


class Paid(NamedTuple):
    """A payment that ties both ends: the way from the referrer's side to the friend's, as (kind, of, to).

    `people` is how many people's cars that payer pays for.
    """

    way: tuple[tuple[str, str, str], ...]
    people: int


class Staff(NamedTuple):
    """Somebody who works for a dealer, by a tag on a profile or as whose own a consultant's number is.

    `by` is `tag` or `household`, `key` the tag or the household, `of` the tagged profile, or the holder's oneId.
    `share` is what the referrer shares with them, its left end theirs; None where it is the referrer.
    """

    by: str
    key: str
    of: str
    one_id: str
    share: Share | None = None


class Said(NamedTuple):
    """A touchpoint of the friend: `fact` is what it is about; a drive's distance in km and length in s."""

    key: str
    profile: str
    kind: str
    fact: str
    at: int
    seconds: float | None = None
    km: float | None = None


class Beside(NamedTuple):
    """A referral by the same code of which more came than a click.

    `place` is the friend's city, where that is not known the order's dealer.
    """

    referral: str
    opened_at: int
    place: str | None


class Line:
    """The referrals of one code in the order of time, each with whether it is idle: those only take up room."""

    def __init__(self, referrals: Iterable[tuple[Beside, bool]]) -> None:
        ordered = sorted(referrals, key=lambda each: (each[0].opened_at, each[0].referral))
        self._times = [referral.opened_at for referral, _ in ordered]
        self._referrals = [None if idle else referral for referral, idle in ordered]

    def beside(self, at: int, window: int, *, most: int) -> tuple[Beside, ...]:
        """Those within `window` µs of a time: of the `most` that are nearest before it, or at it, and after it."""
        here = bisect_right(self._times, at)
        nearest = self._referrals[max(here - most, 0) : here + most]
        return tuple(each for each in nearest if each is not None and abs(each.opened_at - at) < window)


class Above(NamedTuple):
    """A referral of somebody: by whom, and the profiles of both."""

    referral: str
    opened_at: int
    friend_profile: str
    maker_profile: str
    maker: str


class Step(NamedTuple):
    """One step up a ring: who shares what with the person before (None: it is that person), and who referred them."""

    share: Share | None
    one_id: str
    above: Above


@dataclass(frozen=True, slots=True)
class Ring:
    """From the referrer upwards to the friend.

    `last` is what the last of them shares with the friend, None where it is the friend.
    """

    steps: tuple[Step, ...]
    last: Share | None

    @property
    def shares(self) -> tuple[Share, ...]:
        """What is shared on the way."""
        return (*(step.share for step in self.steps if step.share), *((self.last,) if self.last else ()))


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a referral.

    `numbers` are the ids of consultants' numbers on which either is; `colleagues` that both are of one fleet.
    `rewarded_at` is when a reward of it could first be spent, None where none could. `beside` has this referral, too.
    """

    ends: Ends
    shares: Sequence[Share] = ()
    homes: Sequence[Home] = ()
    numbers: frozenset[str] = frozenset()
    colleagues: bool = False
    paid: Sequence[Paid] = ()
    staff: Sequence[Staff] = ()
    said: Sequence[Said] = ()
    beside: Sequence[Beside] = ()
    rewarded_at: int | None = None
    rings: Sequence[Ring] = ()


def is_consultants(share: Share, numbers: frozenset[str]) -> bool:
    """Whether a shared phone is one of these consultants' numbers (`graph.household.rows.household_id` names them)."""
    return f"consultantPhone-{hashlib.sha256(share.key.encode()).hexdigest()[:32]}" in numbers
