"""What the evidence of one referral says against it, by the rules. Pure.

Laws, in `tests/graph/fraud/test_signals.py`: any order of the evidence gives the same; a thing that more people have
never says more, and beyond its limit nothing; both ends of a shared thing are alike.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Final, NamedTuple

from graph.clock import DAY, SECOND
from graph.fraud.evidence import CODES, Beside, Ends, Evidence, Ring, Said, Share, is_consultants
from graph.fraud.flag import CLEARS, Code, Flag, Hop, HopKind
from graph.fraud.rules import Rules, SharedRule
from graph.fraud.weigh import effective_number, rarity
from graph.referral.progress import BY_TOUCHPOINT, Kind

HOUR: Final = 3_600 * SECOND

FIRMS: Final = frozenset(
    {Code.SHARED_PHONE, Code.SHARED_EMAIL, Code.SHARED_ADDRESS, Code.SHARED_VEHICLE, Code.SHARED_PAYER}
)
"""What colleagues of one fleet share is the firm's."""

_LEADS: Final = frozenset(kind for kind, says in BY_TOUCHPOINT.items() if says is Kind.LEAD)
_UNDOES: Final = frozenset({"orderCancellation", "vehicleReturn"})


class Sign(NamedTuple):
    """A sign of one code: how much it says, the way that shows it, and what it is, in words."""

    score: float
    path: tuple[Hop, ...]
    why: str


def judge_signals(evidence: Evidence, rules: Rules) -> tuple[Flag, ...]:
    """The flags that these rules raise, strongest first: of each code the strongest sign, if it reaches `least`.

    Where both ends are one person everything is shared, so that alone is told.
    """
    flags: list[Flag] = []
    one = evidence.ends.referrer == evidence.ends.friend
    for code, signs in _SIGNS.items():
        rule = rules.of(code)
        if not rule.on or (one and code not in _OF_ONE_PERSON):
            continue
        best = min(
            signs(evidence, rules),
            key=lambda sign: (-sign.score, len(sign.path), sign.path, sign.why),
            default=None,
        )
        if best is not None and best.score > 0 and (score := round(best.score, 4)) >= rule.least:
            flags.append(Flag(code, score, best.path, CLEARS[code], best.why))
    return tuple(sorted(flags, key=lambda flag: (-flag.score, flag.code)))


# -- the ways ---------------------------------------------------------------------------------------------


def _over(one_id: str, left: str, right: str) -> tuple[Hop, ...]:
    """From one profile of a person to another; nothing where they are one."""
    return () if left == right else (Hop(HopKind.PERSON, left, one_id), Hop(HopKind.PERSON, one_id, right))


def _between(ends: Ends, hops: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """A way between two of their profiles, from the profile that referred to the one that was brought."""
    start, end = hops[0].of, hops[-1].to
    before = _over(ends.referrer, ends.referrer_profile, start)
    return (*before, *hops, *_over(ends.friend, end, ends.friend_profile))


def _direct(ends: Ends) -> tuple[Hop, ...]:
    return (
        Hop(HopKind.MADE, ends.referrer_profile, ends.referral),
        Hop(HopKind.FOR, ends.referral, ends.friend_profile),
    )


# -- who they are -----------------------------------------------------------------------------------------


def _same_person(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    ends = evidence.ends
    if ends.referrer == ends.friend:
        path = _over(ends.referrer, ends.referrer_profile, ends.friend_profile) or _direct(ends)
        yield Sign(rules.same_person.weight, path, "Both are one person.")


def _household(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    ends = evidence.ends
    for home in evidence.homes:
        path = (
            Hop(HopKind.PERSON, ends.referrer_profile, ends.referrer),
            Hop(HopKind.HOUSEHOLD, ends.referrer, home.id),
            Hop(HopKind.HOUSEHOLD, home.id, ends.friend),
            Hop(HopKind.PERSON, ends.friend, ends.friend_profile),
        )
        yield Sign(rules.household.weight * min(home.left, home.right), path, "They live together.")


# -- what they share --------------------------------------------------------------------------------------


def share_weight(share: Share, rules: Rules) -> float:
    """How much a shared thing says by itself, before family and firm: weight * rarity, 0 for what says nothing."""
    code = CODES[share.kind]
    rule = rules.of(code)
    if not rule.on:
        return 0.0
    if not isinstance(rule, SharedRule):
        return rule.weight
    if code is Code.SHARED_PHONE and share.gap > rules.shared_phone.gap_days * DAY:
        return 0.0
    return rule.weight * rarity(share.people, most=rule.most)


def _shared(code: Code) -> Callable[[Evidence, Rules], Iterator[Sign]]:
    def signs(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
        if evidence.colleagues and code in FIRMS:
            return
        rule = rules.of(code)
        assert isinstance(rule, SharedRule)  # noqa: S101 - the table below has such codes only
        factor = rule.family if any(home.family for home in evidence.homes) else 1.0
        for share in evidence.shares:
            if CODES[share.kind] is not code or is_consultants(share, evidence.numbers):
                continue
            if weight := share_weight(share, rules):
                rare = rarity(share.people, most=rule.most)
                path = _between(evidence.ends, share.hops(rare))
                yield Sign(weight * factor, path, f"{share.people} people have it.")

    return signs


def _shared_payer(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    rule = rules.shared_payer
    if evidence.colleagues:
        return
    factor = rule.family if any(home.family for home in evidence.homes) else 1.0
    for paid in evidence.paid:
        if rare := rarity(paid.people, most=rule.most):
            hops = tuple(Hop(*hop, rare) for hop in paid.way)
            yield Sign(
                rule.weight * rare * factor,
                _between(evidence.ends, hops),
                f"Who paid pays for the cars of {paid.people} people.",
            )


def _staff(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    rule, ends = rules.staff, evidence.ends
    for share in evidence.shares:  # the consultant's own number, in the friend's record
        own = frozenset(staff.key for staff in evidence.staff if staff.share is None)
        if is_consultants(share, own):
            yield Sign(
                rule.weight, _between(ends, share.hops(1.0)), "A consultant's number, in both records."
            )
    for staff in evidence.staff:
        kind = HopKind.TAG if staff.by == HopKind.TAG else HopKind.HOUSEHOLD
        if staff.by == HopKind.TAG and staff.key not in rule.tags:
            continue
        rare = rarity(staff.share.people, most=rule.most) if staff.share else 1.0
        if not rare or (staff.share and is_consultants(staff.share, evidence.numbers)):
            continue  # the number in a customer's record says nothing of the customer
        theirs = staff.share.left if staff.share else ends.referrer_profile
        if kind is HopKind.TAG:
            start = (Hop(kind, staff.key, staff.of), *_over(staff.one_id, staff.of, theirs))
        else:
            start = (Hop(kind, staff.key, staff.one_id), Hop(HopKind.PERSON, staff.one_id, theirs))
        if staff.share:
            start += (
                *staff.share.hops(rare),
                *_over(ends.referrer, staff.share.right, ends.referrer_profile),
            )
        who = "The referrer shares something with somebody who" if staff.share else "The referrer"
        yield Sign(rule.weight * rare, (*start, *_direct(ends)), f"{who} works for a dealer.")


# -- what they do -----------------------------------------------------------------------------------------


def _ring(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    for ring in evidence.rings:
        score = rules.ring.weight * prod(share_weight(share, rules) for share in ring.shares)
        referrals = 1 + len(ring.steps)
        yield Sign(
            score, _around(evidence.ends, ring, rules), f"{referrals} referrals lead back to the referrer."
        )


def _around(ends: Ends, ring: Ring, rules: Rules) -> tuple[Hop, ...]:
    """From the referrer up the ring to the friend; the referral itself closes it."""
    path: list[Hop] = []
    at, one_id = ends.referrer_profile, ends.referrer
    for step in ring.steps:
        if step.share:
            path += _shared_hops(one_id, at, step.share, step.one_id, step.above.friend_profile, rules)
        else:
            path += _over(one_id, at, step.above.friend_profile)
        path.append(Hop(HopKind.FOR, step.above.friend_profile, step.above.referral))
        path.append(Hop(HopKind.MADE, step.above.referral, step.above.maker_profile))
        at, one_id = step.above.maker_profile, step.above.maker
    if ring.last:
        path += _shared_hops(one_id, at, ring.last, ends.friend, ends.friend_profile, rules)
    else:
        path += _over(one_id, at, ends.friend_profile)
    return tuple(path)


def _shared_hops(
    left: str, left_profile: str, share: Share, right: str, right_profile: str, rules: Rules
) -> tuple[Hop, ...]:
    """From a profile of one person over what is shared to a profile of another."""
    rule = rules.of(CODES[share.kind])
    if not isinstance(rule, SharedRule):  # a household joins people, not profiles
        return (
            Hop(HopKind.PERSON, left_profile, left),
            *share.hops(1.0),
            Hop(HopKind.PERSON, right, right_profile),
        )
    hops = share.hops(rarity(share.people, most=rule.most))
    return (*_over(left, left_profile, share.left), *hops, *_over(right, share.right, right_profile))


def _velocity(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    ends = evidence.ends
    times = sorted(each.opened_at for each in evidence.beside)
    for burst in rules.velocity.bursts:
        if _most_together(times, ends.opened_at, burst.hours * HOUR) >= burst.friends:
            path = (Hop(HopKind.CODE, ends.code, ends.referrer_profile), *_direct(ends))
            yield Sign(
                rules.velocity.weight, path, f"{burst.friends} friends or more within {burst.hours} h."
            )


def _most_together(times: list[int], at: int, length: int) -> int:
    """How many of these sorted times lie in the fullest window of that length in which `at` lies, too."""
    starts = range(bisect_right(times, at - length), bisect_right(times, at))
    return max((bisect_left(times, times[start] + length) - start for start in starts), default=0)


def _traded_code(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    rule, ends = rules.traded_code, evidence.ends
    around = [b for b in evidence.beside if abs(b.opened_at - ends.opened_at) <= rule.window_days * DAY]
    if len(around) < rule.friends:
        return
    places = effective_number(list(_counted(around).values()))
    if places >= rule.places:
        path = (Hop(HopKind.CODE, ends.code, ends.referrer_profile), *_direct(ends))
        why = f"{len(around)} friends of one code, as if from {places:.1f} cities alike."
        yield Sign(rule.weight * (1 - 1 / places), path, why)


def _counted(around: list[Beside]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in around:
        if each.place is not None:
            found[each.place] = found.get(each.place, 0) + 1
    return found


def _with(ends: Ends, said: Said) -> tuple[Hop, ...]:
    """The referral, and then what the friend did."""
    after = _over(ends.friend, ends.friend_profile, said.profile)
    return (*_direct(ends), *after, Hop(HopKind.TOUCHPOINT, said.profile, said.key))


def _code_after_lead(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    rule, ends = rules.code_after_lead, evidence.ends
    first, last = ends.opened_at - rule.lead_days * DAY, ends.opened_at - rule.grace_hours * HOUR
    for said in evidence.said:
        if said.kind in _LEADS and first <= said.at < last:
            before = (ends.opened_at - said.at) // DAY
            yield Sign(rule.weight, _with(ends, said), f"The friend was a lead {before} days before.")


def _cancelled_after_reward(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    rule, since = rules.cancelled_after_reward, evidence.rewarded_at
    if since is None:
        return
    for said in evidence.said:
        if said.kind in _UNDOES and since <= said.at < since + rule.days * DAY:
            why = f"Undone {(said.at - since) // DAY} days after the reward could be spent."
            yield Sign(rule.weight, _with(evidence.ends, said), why)


def _impossible_drive(evidence: Evidence, rules: Rules) -> Iterator[Sign]:
    rule = rules.impossible_drive
    for said in evidence.said:
        if said.kind != "testDrive" or not said.km or said.at < evidence.ends.opened_at:
            continue
        if said.seconds and (speed := said.km * 3_600 / said.seconds) > rule.km_per_hour:
            yield Sign(rule.weight, _with(evidence.ends, said), f"A test drive at {speed:.0f} km/h.")


_SIGNS: Final[Mapping[Code, Callable[[Evidence, Rules], Iterator[Sign]]]] = {
    Code.SAME_PERSON: _same_person,
    Code.HOUSEHOLD: _household,
    Code.SHARED_PHONE: _shared(Code.SHARED_PHONE),
    Code.SHARED_EMAIL: _shared(Code.SHARED_EMAIL),
    Code.SHARED_DEVICE: _shared(Code.SHARED_DEVICE),
    Code.SHARED_ADDRESS: _shared(Code.SHARED_ADDRESS),
    Code.SHARED_VEHICLE: _shared(Code.SHARED_VEHICLE),
    Code.SHARED_PAYER: _shared_payer,
    Code.RING: _ring,
    Code.VELOCITY: _velocity,
    Code.TRADED_CODE: _traded_code,
    Code.STAFF: _staff,
    Code.CODE_AFTER_LEAD: _code_after_lead,
    Code.CANCELLED_AFTER_REWARD: _cancelled_after_reward,
    Code.IMPOSSIBLE_DRIVE: _impossible_drive,
}
"""How each code's signs are found."""

_OF_ONE_PERSON: Final = frozenset({Code.SAME_PERSON, Code.VELOCITY, Code.TRADED_CODE, Code.STAFF})
