"""What the ledger is to be told so that it has what a judged case says: grants, approvals, maturing, reversals. Pure.

What was granted and is not due any more falls into two kinds. Where the friend's own doing ended it (a return, a
cancellation) or a person rejected it, it is taken back at once. Where only what is known has changed (two turned out
to be one, or the order is another's now) a person decides: what was granted rests meanwhile, and if what is known
changes back it is as if nothing had been. Nothing is granted to one while another still has it. A reward stays with
the profile that it was granted to: where an earlier one of the same person comes to light, the person has as much.

Laws: `tests/graph/referral/test_settle.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from graph.ledger import model as ledger
from graph.ledger.book import Book
from graph.ledger.commands import Approve, Command, Grant, Mature, Reverse, Share
from graph.ledger.model import ReturnPolicy, Reward, Side
from graph.ledger.moves import State
from graph.referral.case import Due, Judged
from graph.referral.forest import Also
from graph.referral.judge import BY_ORDER, SAME_PERSON
from graph.referral.policy import Policy
from graph.referral.progress import Progress
from graph.referral.terms import Approval, Milestone
from graph.referral.verdict import Judgement

ANY_DEPTH: Final = 1_000
"""Levels that nothing reaches."""

CLEAR: Final = frozenset({Judgement.CLEAR, Judgement.CLEARED})
"""Only what is judged so is approved and matures."""


class Fell(StrEnum):
    """Why what was granted is not due any more."""

    RETURNED = "returned"  # the vehicle came back
    CANCELLED = "cancelled"  # the order is not there any more
    REJECTED = "rejected"  # by a person
    SAME_PERSON = "samePerson"  # both ends are one person, as is known now
    NOT_ELIGIBLE = "notEligible"  # who got it may not take part, as is known now
    DUPLICATE = "duplicate"  # it was granted for two referrals, which are of the same two people
    CREDIT_MOVED = "creditMoved"  # the order is another's, as is known now
    SHARE_CHANGED = "shareChanged"  # the credit is divided otherwise
    NOT_PROVEN = "notProven"  # what it was granted for is not known of this friend any more
    SPENT = "spent"  # it was taken back, but not all of it was there


OBJECTIVE: Final = frozenset({Fell.RETURNED, Fell.CANCELLED, Fell.REJECTED})
"""What is taken back without asking."""


class ReviewState(StrEnum):
    """How a review stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # it is as it was again


@dataclass(frozen=True, slots=True, order=True)
class Review:
    """What a person is to decide: whether a reward, or without one all that came of a referral, is taken back."""

    reward: str
    referral: str
    kind: Fell | Also

    @property
    def key(self) -> str:
        """One for each reward, or referral, and matter."""
        return f"{self.reward or self.referral}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Decided:
    """The keys of reviews that people accepted, and of those that they refused."""

    accepted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to post next, and what to ask people."""

    commands: tuple[Command, ...]
    reviews: tuple[Review, ...]


_MILESTONES: Final = tuple(Milestone)
_SIDES: Final = tuple(Side)

_Place = tuple[str, Side]
"""A rule and a side: what a friend's case grants once."""


def settle(judged: Sequence[Judged], book: Book, *, policy: Policy, decided: Decided, now: int) -> Settlement:
    """What follows from a judged case for the ledger as it is; `judged` are all referrers of one friend and programme.

    Asked again with what was posted, it wants nothing new. Some commands build on others, and are wanted only when
    these are in the book.
    """
    commands: list[Command] = []
    reviews: list[Review] = []
    standing: dict[str, dict[_Place, Reward]] = {}
    resting: set[_Place] = set()
    for one in judged:
        standing[one.id], fallen = _match(one, _held(one, book), judged)
        for reward, kind in fallen:
            review = Review(reward.key, reward.referral, kind)
            if kind not in OBJECTIVE:
                reviews.append(review)
            if kind in OBJECTIVE or review.key in decided.accepted:
                commands.append(_take_back(one, reward, kind, now))
            elif kind is not Fell.SPENT:
                resting.add((reward.rule, reward.side))
                if review.key in decided.refused:
                    standing[one.id].setdefault((reward.rule, reward.side), reward)
    for one in judged:
        commands += _grants(one, standing[one.id], book, resting, policy)
        commands += _onward(one, standing[one.id])
    wanted = tuple(command for command in commands if command.key not in book.entries)
    return Settlement(wanted, tuple(sorted(reviews)))


def _held(one: Judged, book: Book) -> list[Reward]:
    """What was granted for these two people, earliest first."""
    found = [reward for member in one.members for reward in book.granted(member.id)]
    return sorted(found, key=lambda reward: (reward.granted_at, reward.key))


def _match(
    one: Judged, held: Sequence[Reward], judged: Sequence[Judged]
) -> tuple[dict[_Place, Reward], list[tuple[Reward, Fell]]]:
    """The rewards that are due as they are, and those that are not with the reason."""
    due = {(each.rule, each.side): each for each in _earned(one)}
    standing: dict[_Place, Reward] = {}
    fallen: list[tuple[Reward, Fell]] = []
    for reward in held:
        place = reward.rule, reward.side
        if reward.state is State.REVERSED:
            continue
        if reward.state is State.REVIEW_REQUIRED:
            fallen.append((reward, Fell.SPENT))
        elif (kind := _fell(one, reward, due.get(place), judged)) is not None:
            fallen.append((reward, kind))
        elif place in standing:
            fallen.append((reward, Fell.DUPLICATE))
        else:
            standing[place] = reward
    return standing, fallen


def _earned(one: Judged) -> list[Due]:
    return [each for each in one.dues if each.at is not None]


def _fell(one: Judged, reward: Reward, due: Due | None, judged: Sequence[Judged]) -> Fell | None:
    if one.verdict.judgement is Judgement.REJECTED:
        return Fell.REJECTED
    if due is not None:
        if due.disqualified:
            return Fell.SAME_PERSON if due.disqualified == SAME_PERSON else Fell.NOT_ELIGIBLE
        return None if due.amount == reward.amount else Fell.SHARE_CHANGED
    by_order = _on(one, reward) in BY_ORDER
    if by_order and one.course.progress is Progress.RETURNED:
        return Fell.RETURNED
    if any(reward.rule == each.rule for other in judged if other is not one for each in _earned(other)):
        return Fell.CREDIT_MOVED
    return Fell.CANCELLED if by_order and one.cancelled else Fell.NOT_PROVEN


def _on(one: Judged, reward: Reward) -> Milestone | None:
    return next((each.on for each in one.terms.rewards if each.id == reward.rule), None)


def _take_back(one: Judged, reward: Reward, kind: Fell, now: int) -> Reverse:
    if reward.state is State.REVIEW_REQUIRED:
        key, policy = key_of("reverseSpent", reward), ReturnPolicy.UNLIMITED
    elif kind in (Fell.RETURNED, Fell.CANCELLED):
        key, policy = key_of("reverse", reward), one.terms.maturity.return_policy
    else:
        key, policy = key_of("reverse", reward), ReturnPolicy.WITHIN_BALANCE
    at = one.course.when(Progress.RETURNED) if kind is Fell.RETURNED else None
    return Reverse(key, (reward.key,), policy, kind, now if at is None else at)


def _grants(
    one: Judged, standing: Mapping[_Place, Reward], book: Book, resting: set[_Place], policy: Policy
) -> list[Grant]:
    """One grant for each pair of a referrer's and the friend's reward of one milestone."""
    if one.verdict.judgement is Judgement.REJECTED:
        return []
    earned = _earned(one)
    reached = {due.on for due in earned}
    found: list[Grant] = []
    for on in (each for each in _MILESTONES if each in reached):
        of_side = [[due for due in earned if due.on is on and due.side is side] for side in _SIDES]
        for pair in zip_longest(*of_side):
            dues = [due for due in pair if due is not None]
            missing = [due for due in dues if (due.rule, due.side) not in {*standing, *resting}]
            if missing:
                found.append(_grant(one, dues, missing, book, policy))
    return found


def _grant(one: Judged, dues: Sequence[Due], missing: Sequence[Due], book: Book, policy: Policy) -> Grant:
    """The cause tells how often it was taken back before, and who is disqualified: each asks anew."""
    taken_back = Counter(
        (reward.rule, reward.side) for reward in _held(one, book) if reward.state is State.REVERSED
    )
    times = max(taken_back[due.rule, due.side] for due in dues)
    reasons = [f"{due.side}:{due.disqualified}" for due in dues if due.disqualified]
    return Grant(
        programme=one.terms.id,
        referral=one.id,
        rule="+".join(due.rule for due in dues),
        cause=" ".join([missing[0].on, str(times), *reasons]),
        at=max(due.at or 0 for due in missing),
        shares=tuple(
            Share(
                due.side,
                due.profile,
                due.unit,
                due.amount,
                level=due.level,
                disqualified=due.disqualified,
                rule=due.rule,
                validity=due.validity,
            )
            for due in missing
        ),
        terms=ledger.Terms(
            caps=tuple(due.cap for due in missing if due.cap is not None),
            levels={due.unit: _levels(due.unit, policy) for due in missing},
            zone=one.terms.time_zone,
        ),
    )


def _levels(unit: str, policy: Policy) -> int:
    return ANY_DEPTH if policy.pays(unit, ANY_DEPTH) else policy.payable_levels


def _onward(one: Judged, standing: Mapping[_Place, Reward]) -> list[Command]:
    """Approvals and maturing: only while the referral is clear."""
    if one.verdict.judgement not in CLEAR:
        return []
    commands: list[Command] = []
    at_once = {(each.rule, each.side) for each in one.dues if each.at_once}
    for place, reward in sorted(standing.items()):
        if reward.state is State.PENDING and one.terms.maturity.approval is Approval.AUTOMATIC:
            at = one.verdict.manual.at if one.verdict.manual is not None else reward.granted_at
            commands.append(Approve(key_of("approve", reward), (reward.key,), one.verdict.judgement, at))
        elif reward.state is State.APPROVED:
            matured_at = reward.granted_at if place in at_once else one.course.when(Progress.MATURED)
            if matured_at is not None:
                commands.append(Mature(key_of("mature", reward), (reward.key,), "matured", matured_at))
    return commands


def key_of(what: str, reward: Reward) -> str:
    """The idempotency key of what is done to a reward once."""
    return hashlib.sha256(json.dumps([what, reward.key]).encode()).hexdigest()
