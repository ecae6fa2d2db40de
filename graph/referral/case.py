"""What is known of a friend in one programme: the case that is judged, and what the judgement answers. Plain values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from graph.ledger.model import Cap, Side
from graph.referral.attribution import Lost
from graph.referral.progress import Course, Progress
from graph.referral.terms import Milestone, Participant, Terms
from graph.referral.verdict import Decision, Judgement, Verdict
from graph.standing.statement import Statement


@dataclass(frozen=True, slots=True)
class Code:
    """A participant's code, whose it is today. What is touched from `disabled_at` on brings nobody."""

    code: str
    programme: str
    profile: str
    one_id: str
    disabled_at: int | None = None


@dataclass(frozen=True, slots=True)
class Above:
    """Who stands above a referrer: the profile that made that referral, and whose it is today."""

    profile: str
    one_id: str


@dataclass(frozen=True, slots=True)
class Referrer:
    """The person behind codes: what they are to the brand by hand (`tags`), and who brought them, nearest first."""

    one_id: str
    tags: frozenset[Participant] = frozenset()
    above: tuple[Above, ...] = ()
    region: str | None = None


class Invited(NamedTuple):
    """Under which code an invitation was sent, and when (µs)."""

    code: str
    at: int


class ClaimState(StrEnum):
    """How a claim stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim on an order of the friend's profile, as it was decided: `shares` are weights by code.

    `decided_at` and `accepted` are None while nobody has decided.
    """

    key: str
    order: str
    profile: str
    shares: Mapping[str, int] = field(hash=False)
    made_at: int
    decided_at: int | None = None
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A friend, in one programme.

    `statements` are what was said of the friend's codes, enquiries, visits, test drives and orders, on all profiles;
    `owner_since` when the friend first was an owner (µs); `codes` those that statements name, and those of claims;
    `invited` are the invitations that the friend came by, by id. `decisions`, `flags` and `joined` are by referral.
    """

    programme: str
    friend: str
    statements: Sequence[Statement]
    codes: Mapping[str, Code]
    versions: Sequence[Terms]
    referrers: Mapping[str, Referrer] = field(default_factory=dict[str, Referrer])
    claims: Sequence[Claimed] = ()
    decisions: Mapping[str, Sequence[Decision]] = field(default_factory=dict[str, Sequence[Decision]])
    flags: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    invited: Mapping[str, Invited] = field(default_factory=dict[str, Invited])
    tags: frozenset[Participant] = frozenset()
    owner_since: int | None = None
    region: str | None = None

    def invitation_of(self, name: str | None, code: str) -> Invited | None:
        """The invitation that a touch of a code names; None where none of this name was sent under this code."""
        found = self.invited.get(name) if name is not None else None
        return found if found is not None and found.code == code else None


@dataclass(frozen=True, slots=True)
class Due:
    """A reward that the referral has earned, or may yet: `at` is when its milestone was reached, None before.

    `disqualified` says why it would get nothing. `terms` names the caps and validity of its rule.
    """

    rule: str
    on: Milestone
    side: Side
    profile: str
    unit: str
    amount: int
    level: int
    at: int | None
    at_once: bool = False
    disqualified: str = ""
    cap: Cap | None = None
    validity: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One of the referrals of two people: which profile brought which, by which code, first when and where."""

    id: str
    code: str
    referrer_profile: str
    friend_profile: str
    opened_at: int
    channel: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """How one person stands who brought another, over all referrals of their profiles, earliest first.

    `credited` is the share of the order that counts, a weight; `lost` why there is none. `order` is what was said of
    it. `cancelled` says that an order which was theirs was cancelled; `due_at` is when it changes by itself.
    """

    members: tuple[Member, ...]
    terms: Terms
    referrer: str
    friend: str
    course: Course
    verdict: Verdict
    credited: int | None = None
    lost: Lost | None = None
    order: Statement | None = None
    cancelled: bool = False
    dues: tuple[Due, ...] = ()
    due_at: int | None = None

    @property
    def id(self) -> str:
        """The id of the earliest referral, under which rewards are granted."""
        return self.members[0].id

    @property
    def counts(self) -> bool:
        """Whether it may be who brought the friend first: a lead or more came of it, and nobody rejected it."""
        known = {progress for progress, _ in self.course.reached} & _RELATED
        return bool(known) and self.verdict.judgement is not Judgement.REJECTED


_RELATED: Final = frozenset(
    {Progress.IDENTIFIED, Progress.TEST_DRIVEN, Progress.ORDERED, Progress.DELIVERED, Progress.MATURED}
)


def referral_id(programme: str, referrer_profile: str, friend_profile: str) -> str:
    """The id of the referral of these two profiles in a programme: always the same."""
    text = json.dumps([programme, referrer_profile, friend_profile], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
