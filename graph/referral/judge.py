"""How everybody stands who brought one friend in one programme, out of all that is known. Pure.

It has no memory: any order and repetition of what was said give the same, and so does whoever is one person today.
Laws: `tests/graph/referral/test_judge.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from graph.ingest.subjects import Topic
from graph.ledger.model import Side
from graph.referral.attribution import Claim, Credit, Lost, Touch, attribute, split
from graph.referral.case import Case, Claimed, Code, Due, Judged, Member, Referrer, referral_id
from graph.referral.policy import Policy
from graph.referral.progress import (
    BY_TOUCHPOINT,
    Course,
    Evidence,
    Kind,
    Progress,
    course_of,
    placements,
)
from graph.referral.terms import Milestone, Participant, Reward, Terms, in_force
from graph.referral.verdict import Decision, verdict_of
from graph.standing.statement import Statement

SAME_PERSON: Final = "samePerson"
EXCLUDED: Final = "excluded"
NOT_ELIGIBLE: Final = "notEligible"

BY_ORDER: Final = frozenset({Milestone.ORDERED, Milestone.DELIVERED, Milestone.MATURED})
"""Milestones that an order brings: a return undoes them."""

_PLACES: Final = {progress: place for place, progress in enumerate(Progress)}
_OVER: Final = frozenset({Progress.LAPSED, Progress.RETURNED})
_OF_ORDERS: Final = frozenset({Kind.ORDER, Kind.CANCELLATION, Kind.DELIVERY, Kind.RETURN})


@dataclass(slots=True)
class _Pair:
    """One referrer with the friend: what was touched, and the members that it came by."""

    referrer: str
    terms: Terms
    touches: list[Evidence] = field(default_factory=list[Evidence])
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    invitations: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def opened_at(self) -> int:
        return min(member.opened_at for member in self.members.values())

    @property
    def key(self) -> str:
        """Decides between referrers where time does not: the least of its ids, whoever is founder today."""
        return min(self.members)


def judge(case: Case, *, policy: Policy, now: int) -> list[Judged]:
    """How each referrer of the case stands at `now`, µs; by the id of the earliest referral.

    What lies after `now` is not known yet. A touch counts where a version of the programme was in force; a referrer is
    judged by the version of the first touch, and orders are attributed by that of the earliest referrer.
    """
    known = [each for each in case.statements if each.occurred_at <= now]
    pairs = _pairs(case, known)
    if not pairs:
        return []
    of_friend = [
        _evidence(each) for each in known if BY_TOUCHPOINT.get(each.kind) in (Kind.LEAD, Kind.TEST_DRIVE)
    ]
    lead_at = min((each.at for each in of_friend if each.kind is Kind.LEAD), default=None)
    orders = _orders(known)
    attribution = min(pairs, key=lambda pair: (pair.opened_at, pair.key)).terms.attribution
    touches = [Touch(pair.key, touch.at) for pair in pairs for touch in pair.touches]
    by_order = {
        name: attribute(
            placed_at,
            touches,
            terms=attribution,
            claims=_claims(case, pairs, name),
            lead_at=lead_at,
        )
        for name, placed_at in placements(
            (each for of_one in orders.values() for each in map(_evidence, of_one)), now=now
        ).items()
    }

    def before_order(at: int) -> Credit:
        return attribute(at, touches, terms=attribution, lead_at=lead_at)

    judged: list[Judged] = []
    for pair in pairs:
        evidence = [
            *pair.touches,
            *of_friend,
            *_invitations(pair),
            *_credited(case, pair, orders, by_order, now),
        ]
        course = course_of(
            evidence,
            window=pair.terms.attribution.window,
            return_window=pair.terms.maturity.return_window,
            now=now,
        )
        if course is not None:
            credits_ = _Credits(by_order, before_order)
            judged.append(_judged(case, pair, course, credits_, orders, policy=policy, now=now))
    return sorted(judged, key=attrgetter("id"))


@dataclass(frozen=True, slots=True)
class _Credits:
    """Who gets an order, and who would get one placed at a time."""

    by_order: Mapping[str, Credit]
    before_order: Callable[[int], Credit]


def _pairs(case: Case, known: Iterable[Statement]) -> list[_Pair]:
    pairs: dict[str, _Pair] = {}
    prefix = f"{Topic.REFERRAL}:"
    touches = [
        (each, case.codes[each.fact.removeprefix(prefix)])
        for each in known
        if each.fact.startswith(prefix) and each.fact.removeprefix(prefix) in case.codes
    ]
    for each, code in sorted(touches, key=lambda touch: touch[0].order):
        terms = _terms(case, code, each.occurred_at)
        if terms is None:
            continue
        pair = pairs.setdefault(code.one_id, _Pair(code.one_id, terms))
        pair.touches.append(Evidence(each.key, BY_TOUCHPOINT[each.kind], each.occurred_at))
        _add_member(case, pair, code, each.profile_id, each.occurred_at, each.channel)
        name = each.text("invitation")
        invitation = case.invitation_of(name, code.code)
        if name is not None and invitation is not None:
            pair.invitations[name] = invitation.at
    for claim in _accepted(case):
        for name in sorted(claim.shares):
            code = case.codes.get(name)
            terms = _terms(case, code, claim.made_at) if code else None
            if code is not None and terms is not None:
                pair = pairs.setdefault(code.one_id, _Pair(code.one_id, terms))
                _add_member(case, pair, code, claim.profile, claim.made_at, None)
    return list(pairs.values())


def _terms(case: Case, code: Code, at: int) -> Terms | None:
    if code.programme != case.programme or (code.disabled_at is not None and at >= code.disabled_at):
        return None
    return in_force(case.versions, at)


def _add_member(case: Case, pair: _Pair, code: Code, friend: str, at: int, channel: str | None) -> None:
    id_ = referral_id(case.programme, code.profile, friend)
    if id_ not in pair.members or at < pair.members[id_].opened_at:
        pair.members[id_] = Member(id_, code.code, code.profile, friend, at, channel)


def _accepted(case: Case) -> list[Claimed]:
    return sorted((each for each in case.claims if each.accepted), key=attrgetter("made_at", "key"))


def _evidence(each: Statement) -> Evidence:
    kind = BY_TOUCHPOINT[each.kind]
    return Evidence(each.key, kind, each.occurred_at, each.fact if kind in _OF_ORDERS else None)


def _orders(known: Iterable[Statement]) -> dict[str, list[Statement]]:
    """What was said of each order, in the order of time."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for each in sorted(known, key=attrgetter("order")):
        if BY_TOUCHPOINT.get(each.kind) in _OF_ORDERS:
            found[each.fact].append(each)
    return found


def _claims(case: Case, pairs: Iterable[_Pair], order: str) -> list[Claim]:
    """The decided claims on an order, their shares by pair; a code of nobody's has no share."""
    keys = {pair.referrer: pair.key for pair in pairs}
    found: list[Claim] = []
    for each in case.claims:
        if each.order != order or each.decided_at is None:
            continue
        shares: dict[str, int] = defaultdict(int)
        for name, weight in each.shares.items():
            code = case.codes.get(name)
            if code is not None and code.one_id in keys:
                shares[keys[code.one_id]] += weight
        if shares:
            found.append(Claim(each.key, each.made_at, each.decided_at, bool(each.accepted), dict(shares)))
    return found


def _invitations(pair: _Pair) -> Iterator[Evidence]:
    for name, at in pair.invitations.items():
        yield Evidence(name, Kind.INVITATION, at)


def _credited(
    case: Case,
    pair: _Pair,
    orders: Mapping[str, list[Statement]],
    by_order: Mapping[str, Credit],
    now: int,
) -> Iterator[Evidence]:
    """What was said of the orders that are this pair's, and the claims that made them so.

    What was decided is known, though the clock that it was recorded by may be a little ahead of this one.
    """
    for name, of_one in orders.items():
        credit = by_order.get(name)
        if credit is None or pair.key not in credit.shares or not _covers(pair.terms, of_one):
            continue
        yield from map(_evidence, of_one)
        for claim in case.claims:
            if claim.key == credit.claim:
                yield Evidence(claim.key, Kind.CLAIM, min(claim.made_at, now), name)


def _covers(terms: Terms, of_order: list[Statement]) -> bool:
    market = next((each.text("market") for each in reversed(of_order) if each.text("market")), None)
    model = next((each.model for each in reversed(of_order) if each.model), None)
    return terms.covers(market=market, model=model)


def _judged(
    case: Case,
    pair: _Pair,
    course: Course,
    credits_: _Credits,
    orders: Mapping[str, list[Statement]],
    *,
    policy: Policy,
    now: int,
) -> Judged:
    members = tuple(sorted(pair.members.values(), key=lambda each: (each.opened_at, each.id)))
    decisions: list[Decision] = [each for member in members for each in case.decisions.get(member.id, ())]
    flags = {flag for member in members for flag in case.flags.get(member.id, ())}
    credit = credits_.by_order.get(course.order) if course.order else None
    return Judged(
        members=members,
        terms=pair.terms,
        referrer=pair.referrer,
        friend=case.friend,
        course=course,
        verdict=verdict_of(
            flags, checked=all(member.id in case.flags for member in members), decisions=decisions
        ),
        credited=credit.shares.get(pair.key) if credit else None,
        lost=None if credit else _lost(pair, credits_.by_order),
        order=_told(orders[course.order]) if course.order else None,
        cancelled=any(
            pair.key in credit.shares and orders[name][-1].kind == "orderCancellation"
            for name, credit in credits_.by_order.items()
        ),
        dues=tuple(_dues(case, pair, members[0], course, credits_, policy)),
        due_at=_due_at(course, pair.terms, now),
    )


def _told(of_order: list[Statement]) -> Statement:
    """The statement that tells of the order: the first that has a total, else the first."""
    return next((each for each in of_order if each.amount_minor is not None), of_order[0])


def _lost(pair: _Pair, by_order: Mapping[str, Credit]) -> Lost | None:
    """Why the last order that was decided otherwise is not this pair's."""
    reasons = [credit.lost[pair.key] for _, credit in sorted(by_order.items()) if pair.key in credit.lost]
    return reasons[-1] if reasons else None


def _due_at(course: Course, terms: Terms, now: int) -> int | None:
    delivered_at = course.when(Progress.DELIVERED)
    if delivered_at is not None:
        candidates = [delivered_at + terms.maturity.return_window]
    elif course.order is None:
        candidates = [course.closes_at]
    else:
        candidates = []
    return min((at for at in candidates if at > now), default=None)


# -- what is due ----------------------------------------------------------------------------------------


def _dues(
    case: Case, pair: _Pair, first: Member, course: Course, credits_: _Credits, policy: Policy
) -> Iterator[Due]:
    referrer = case.referrers.get(pair.referrer, Referrer(pair.referrer))
    for reward in pair.terms.rewards:
        at = _reached(reward.on, course)
        if at is None and (
            course.progress in _OVER or _PLACES[course.progress] > _PLACES[Progress(reward.on)]
        ):
            continue  # it will not be reached any more
        weights = _weights(reward.on, course, at, credits_, pair)
        profile = _receiver(reward, first, referrer)
        if not weights or profile is None:
            continue
        amount = split(reward.amount_minor, weights).get(pair.key, 0)
        if amount:
            yield Due(
                rule=reward.id,
                on=reward.on,
                side=reward.side,
                profile=profile,
                unit=reward.unit,
                amount=amount,
                level=reward.level if reward.side is Side.REFERRER else 0,
                at=at,
                at_once=reward.at_once,
                disqualified=_disqualified(case, pair, reward, referrer, course, policy),
                cap=reward.limit,
                validity=reward.validity,
            )


def _reached(on: Milestone, course: Course) -> int | None:
    """When a milestone was reached; None where it was not, or what was bought came back."""
    if on in BY_ORDER and course.progress is Progress.RETURNED:
        return None
    return course.when(Progress(on))


def _weights(
    on: Milestone, course: Course, at: int | None, credits_: _Credits, pair: _Pair
) -> Mapping[str, int]:
    """Among whom the reward is split: those credited with the order, or who would be at that time."""
    if at is None:
        return {pair.key: 1}
    if on in BY_ORDER:
        return credits_.by_order[course.order].shares if course.order else {}
    return credits_.before_order(at).shares


def _receiver(reward: Reward, first: Member, referrer: Referrer) -> str | None:
    if reward.side is Side.REFEREE:
        return first.friend_profile
    if reward.level == 1:
        return first.referrer_profile
    place = reward.level - 2
    return referrer.above[place].profile if place < len(referrer.above) else None


def _disqualified(
    case: Case, pair: _Pair, reward: Reward, referrer: Referrer, course: Course, policy: Policy
) -> str:
    eligibility = pair.terms.eligibility
    if pair.referrer == case.friend:
        return SAME_PERSON
    if {*eligibility.excluded} & (referrer.tags | case.tags):
        return EXCLUDED
    was_owner = case.owner_since is not None and case.owner_since < course.opened_at
    kind = Participant.OWNER if was_owner else Participant.PROSPECT
    if not eligibility.admits(Side.REFEREE, frozenset({kind})):
        return NOT_ELIGIBLE
    barred = policy.bars(case.region if reward.side is Side.REFEREE else referrer.region)
    return barred or ""
