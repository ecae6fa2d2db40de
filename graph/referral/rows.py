"""What a judgement changes in the graph, and whom other systems are told of it. Pure.

Rows are those of `referral.write_judged`; what is as it was is not in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

import orjson

from graph.fraud.flag import Code, Flag, HopKind
from graph.ingest.subjects import Topic
from graph.referral.case import Due, Judged, Member
from graph.referral.forest import REVIEWED, Edge, Forest
from graph.referral.gather import Gathered, Stored
from graph.referral.progress import Progress
from graph.referral.settle import Review

_TOUCHES: Final = f"{Topic.REFERRAL}:"
_TIMES: Final = {
    "identifiedAt": Progress.IDENTIFIED,
    "testDrivenAt": Progress.TEST_DRIVEN,
    "orderedAt": Progress.ORDERED,
    "deliveredAt": Progress.DELIVERED,
    "maturedAt": Progress.MATURED,
    "returnedAt": Progress.RETURNED,
}
_OF_CODES: Final = frozenset({Code.VELOCITY, Code.TRADED_CODE})
"""Flags that many referrals of one code bring about together."""
_WRITTEN_APART: Final = frozenset({"recordedAt", "judgedAt"})
_NOWHERE: Final[dict[str, Any]] = {
    "progress": Progress.LAPSED,
    "credited": None,
    "joins": None,
    "counts": False,
    "projected": "[]",
    "dueAt": None,
}
"""What a stored referral becomes that the programme does not know any more, as one of a code that was disabled."""


@dataclass(slots=True)
class Rows:
    """The rows of `referral.write_judged`."""

    referrals: list[list[Any]] = field(default_factory=list[list[Any]])
    flags: list[list[Any]] = field(default_factory=list[list[Any]])
    unflagged: list[str] = field(default_factory=list[str])
    reviews: list[list[Any]] = field(default_factory=list[list[Any]])
    withdrawn: list[str] = field(default_factory=list[str])
    accepted: list[list[Any]] = field(default_factory=list[list[Any]])
    dropped: list[list[str]] = field(default_factory=list[list[str]])
    first: list[list[Any]] = field(default_factory=list[list[Any]])
    also: list[list[Any]] = field(default_factory=list[list[Any]])
    changed: list[str] = field(default_factory=list[str])
    along: list[list[str]] = field(default_factory=list[list[str]])
    burst: list[list[str]] = field(default_factory=list[list[str]])
    ahead: list[list[Any]] = field(default_factory=list[list[Any]])

    def __bool__(self) -> bool:
        """Whether anything is written."""
        return any(self.parameter().values())

    def parameter(self) -> dict[str, list[Any]]:
        """The rows by name, as the statement takes them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class Moved:
    """What is different of a referral: its properties before, none where it is new, and after."""

    id: str
    one_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def judged_rows(rows: Rows, gathered: Gathered, judged: Sequence[Judged]) -> list[Moved]:
    """Add to `rows` what is different of referrals and flags; answers which referrals are."""
    moved: list[Moved] = []
    seen: set[str] = set()
    for one in judged:
        for member in one.members:
            seen.add(member.id)
            after = _properties(one, member)
            moved += _difference(rows, gathered, member, one.friend, after)
    for id_, stored in gathered.stored.items():
        if id_ not in seen and any(stored.properties.get(name) != value for name, value in _NOWHERE.items()):
            rows.referrals.append([id_, _NOWHERE, "", ""])
            moved.append(Moved(id_, stored.one_id, stored.properties, {**stored.properties, **_NOWHERE}))
    for id_, stored in gathered.stored.items():
        _flag_rows(rows, stored, gathered.flags.get(id_, ()))
    return moved


def _difference(
    rows: Rows, gathered: Gathered, member: Member, one_id: str, after: dict[str, Any]
) -> list[Moved]:
    stored = gathered.stored.get(member.id)
    before: Mapping[str, Any] = stored.properties if stored else {}
    if stored is not None and all(before.get(name) == value for name, value in after.items()):
        return []
    if stored is None and one_id in gathered.lively:
        after = {**after, "dueAt": 0}  # to be looked at for fraud, now that it can be
    rows.referrals.append([member.id, after, member.referrer_profile, member.friend_profile])
    return [Moved(member.id, one_id, before, after)]


def _properties(one: Judged, member: Member) -> dict[str, Any]:
    first = member.id == one.id
    order = one.order
    return {
        "programme": one.terms.id,
        "version": one.terms.version,
        "code": member.code,
        "channel": member.channel,
        "openedAt": one.course.opened_at if first else member.opened_at,
        "closesAt": one.course.closes_at,
        "progress": str(one.course.progress),
        **{name: one.course.when(progress) for name, progress in _TIMES.items()},
        "orderFact": one.course.order,
        "orderMinor": order.amount_minor if order else None,
        "orderCurrency": order.currency if order else None,
        "model": order.model if order else None,
        "dealer": order.dealer if order else None,
        "credited": one.credited if first else None,
        "lost": one.lost,
        "joins": None if first else one.id,
        "automatic": str(one.verdict.automatic),
        "judgement": str(one.verdict.judgement),
        "flags": sorted(one.verdict.flags),
        "counts": one.counts and first,
        "projected": _projected(one.dues) if first else "[]",
        "dueAt": one.due_at if first else None,
    }


def _projected(dues: Iterable[Due]) -> str:
    return orjson.dumps(
        [
            {
                "rule": due.rule,
                "on": due.on,
                "side": due.side,
                "profileId": due.profile,
                "unit": due.unit,
                "amount": due.amount,
                "reachedAt": due.at,
                "disqualified": due.disqualified or None,
            }
            for due in dues
        ]
    ).decode()


def _flag_rows(rows: Rows, stored: Stored, flags: Iterable[Flag]) -> None:
    there = {flag[0]: flag[1:] for flag in stored.flags}
    wanted: dict[str, tuple[Any, ...]] = {}
    for flag in flags:
        key = f"{stored.id}:{flag.code}"
        wanted[key] = (
            flag.score,
            orjson.dumps([list(hop) for hop in flag.path]).decode(),
            flag.why,
            flag.clears,
        )
        if there.get(key) != wanted[key]:
            said = dict(zip(("score", "path", "why", "clears"), wanted[key], strict=True))
            rows.flags.append([key, stored.id, {"referral": stored.id, "code": str(flag.code), **said}])
        if key not in there:
            _around_rows(rows, stored.id, flag)
    rows.unflagged += sorted(there.keys() - wanted.keys())


def _around_rows(rows: Rows, referral: str, flag: Flag) -> None:
    """Those that have come to light with a referral's new flag, for which nothing happens of themselves."""
    if flag.code in _OF_CODES:
        rows.burst.append([referral, str(flag.code)])
    elif flag.code is Code.RING:
        named = {hop.to for hop in flag.path if hop.kind == HopKind.FOR}  # its way goes up each
        rows.along += [[id_, str(flag.code)] for id_ in sorted(named - {referral})]


def review_rows(rows: Rows, reviews: Iterable[Review], there: Mapping[str, str]) -> None:
    """Say in `rows` which reviews are open now, and which are no more; what it said of them before is forgotten.

    `there` has the state of every review, by key, that could be one of these.
    """
    wanted = {review.key: review for review in reviews}
    rows.reviews = [
        [
            key,
            review.referral,
            {"referral": review.referral, "kind": str(review.kind), "reward": review.reward or None},
        ]
        for key, review in sorted(wanted.items())
        if there.get(key) in (None, "withdrawn")
    ]
    rows.withdrawn = sorted(key for key, state in there.items() if state == "open" and key not in wanted)


def ahead_rows(rows: Rows, gathered: Gathered, came: Iterable[str], *, now: int) -> None:
    """Say when the next of what was said of profiles ahead of `now` is judged; of those that `came`, if ever."""
    found: dict[str, int | None] = dict.fromkeys(came)
    for case in gathered.cases:
        for each in case.statements:
            if each.occurred_at > now:
                at = found.get(each.profile_id)
                found[each.profile_id] = each.occurred_at if at is None else min(at, each.occurred_at)
    rows.ahead = [[profile, at] for profile, at in sorted(found.items())]


def accepted_rows(rows: Rows, gathered: Gathered) -> None:
    """Add when invitations were first come by, where that is new."""
    found: dict[str, int] = {}
    for case in gathered.cases:
        for each in case.statements:
            if not each.fact.startswith(_TOUCHES):
                continue
            id_ = each.text("invitation")
            if id_ is not None and case.invitation_of(id_, each.fact.removeprefix(_TOUCHES)) is not None:
                found[id_] = min(found.get(id_, each.occurred_at), each.occurred_at)
    for id_, at in sorted(found.items()):
        before = gathered.accepted.get(id_)
        if before is None or at < before:
            rows.accepted.append([id_, at])


# -- who brought whom -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived edge as the graph has it."""

    one_id: str
    type: str
    to: str
    referral: str
    at: int
    reason: str | None


def edges_of(judged: Iterable[Judged]) -> list[Edge]:
    """The referrals that count, between people."""
    return [Edge(one.id, one.referrer, one.friend, one.course.opened_at) for one in judged if one.counts]


def forest_reviews(forest: Forest) -> list[Review]:
    """What a person is asked of a forest: each referral that is not its friend's first."""
    return [Review("", edge.referral, reason) for edge, reason in forest.also.values() if reason in REVIEWED]


def forest_rows(rows: Rows, forest: Forest, derived: Iterable[Derived]) -> None:
    """Add the edges that are new or other than they were; those that are not in the forest any more go."""
    wanted: dict[tuple[str, str], Derived] = {}
    for one_id, edge in forest.first.items():
        found = Derived(one_id, "FIRST_REFERRED_BY", edge.referrer, edge.referral, edge.at, None)
        wanted[one_id, edge.referral] = found
    for edge, reason in forest.also.values():
        found = Derived(edge.referee, "ALSO_REFERRED_BY", edge.referrer, edge.referral, edge.at, reason)
        wanted[edge.referee, edge.referral] = found
    there: dict[tuple[str, str], Derived] = {}
    for each in derived:
        key = each.one_id, each.referral
        if wanted.get(key) == each and key not in there:
            there[key] = each
        else:
            rows.dropped.append([each.one_id, each.referral])
    for key, each in sorted(wanted.items()):
        if key in there:
            continue
        row = [each.one_id, each.to, each.referral, each.at]
        if each.reason is None:
            rows.first.append(row)
            rows.changed.append(each.one_id)
        else:
            rows.also.append([*row, each.reason])
