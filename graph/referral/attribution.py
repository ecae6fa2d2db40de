"""Which referral gets an order, and how credit is split. Pure.

Referrals that touched the friend within the attribution window compete; the programme's rule decides, and a
claim that a person accepted goes before every rule. Nothing is decided before the order: touching grants
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graph.referral.terms import Attribution, Rule


@dataclass(frozen=True, slots=True)
class Touch:
    """A click or an entered code of a referral, µs."""

    referral: str
    at: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A person's decision that an order belongs to referrals; `shares` are positive weights, by referral.

    `made_at` is when it was claimed, which must be within the claim window, `decided_at` when the person
    decided, µs. `accepted` False refuses it.
    """

    key: str
    made_at: int
    decided_at: int
    accepted: bool
    shares: Mapping[str, int] = field(hash=False)

    def __post_init__(self) -> None:
        _check_weights(self.shares)


class Lost(StrEnum):
    """Why a referral that touched the friend gets nothing of the order."""

    AFTER_ORDER = "afterOrder"  # only a claim could bring it
    WINDOW_OVER = "windowOver"
    ANOTHER_EARLIER = "anotherEarlier"
    ANOTHER_LATER = "anotherLater"
    NOT_CLAIMED = "notClaimed"
    ANOTHER_CLAIMED = "anotherClaimed"


@dataclass(frozen=True, slots=True)
class Credit:
    """Who gets an order.

    `shares` are weights by referral, empty where nobody does; `claim` is the key of the claim that decided,
    if one did.

    `lost` says of every other referral that touched why not. `after_lead` are those of `shares` whose first
    touch came when the friend was a lead already: told apart, not refused.
    """

    shares: Mapping[str, int] = field(hash=False)
    claim: str | None
    lost: Mapping[str, Lost] = field(hash=False)
    after_lead: frozenset[str]


def attribute(
    placed_at: int,
    touches: Iterable[Touch],
    *,
    terms: Attribution,
    claims: Iterable[Claim] = (),
    lead_at: int | None = None,
) -> Credit:
    """Who gets an order placed at `placed_at`, µs, by the terms.

    `lead_at` is when the friend first was a lead, None for never. A touch is valid up to the order and less
    than the window before it. `first` takes the referral with the oldest valid touch, `last` that with the
    newest; of touches at one time the smaller id. `claim` takes none without a claim. Of accepted claims that
    were made less than the claim window after the order, the last decided holds; a refusal changes nothing.
    """
    by_referral: dict[str, list[int]] = {}
    for touch in touches:
        by_referral.setdefault(touch.referral, []).append(touch.at)
    claim = _claim(placed_at, claims, terms)
    if claim is not None:
        shares = dict(claim.shares)
        lost = {each: Lost.ANOTHER_CLAIMED for each in by_referral if each not in shares}
    else:
        shares, lost = _by_rule(placed_at, by_referral, terms)
    after_lead = frozenset(
        each
        for each in shares
        if lead_at is not None and each in by_referral and lead_at < min(by_referral[each])
    )
    return Credit(shares, claim.key if claim else None, lost, after_lead)


def _claim(placed_at: int, claims: Iterable[Claim], terms: Attribution) -> Claim | None:
    in_time = [
        each
        for each in claims
        if each.accepted and placed_at <= each.made_at < placed_at + terms.claim_window
    ]
    return max(in_time, key=lambda each: (each.decided_at, each.key), default=None)


def _by_rule(
    placed_at: int, by_referral: Mapping[str, list[int]], terms: Attribution
) -> tuple[dict[str, int], dict[str, Lost]]:
    lost: dict[str, Lost] = {}
    valid: dict[str, list[int]] = {}
    for referral, times in by_referral.items():
        before = [at for at in times if at <= placed_at]
        fresh = [at for at in before if placed_at < at + terms.window]
        if fresh:
            valid[referral] = fresh
        else:
            lost[referral] = Lost.WINDOW_OVER if before else Lost.AFTER_ORDER
    if terms.rule is Rule.CLAIM:
        return {}, {**lost, **dict.fromkeys(valid, Lost.NOT_CLAIMED)}
    if terms.rule is Rule.FIRST:
        winner = min(valid, key=lambda each: (min(valid[each]), each), default=None)
        reason = Lost.ANOTHER_EARLIER
    else:
        winner = min(valid, key=lambda each: (-max(valid[each]), each), default=None)
        reason = Lost.ANOTHER_LATER
    if winner is None:
        return {}, lost
    return {winner: 1}, {**lost, **{each: reason for each in valid if each != winner}}


def split(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """An amount in a unit's smallest part, divided by weight: the parts sum to it exactly.

    By largest remainder: each part is its exact share rounded down or up; of equal remainders the smaller key
    is rounded up. Raises ValueError for a negative amount, no weights, or a weight that is not positive.
    """
    if amount < 0:
        raise ValueError("an amount to split must not be negative")
    _check_weights(weights)
    total = sum(weights.values())
    parts = {key: amount * weight // total for key, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda key: (-(amount * weights[key] % total), key))
    for key in by_remainder[: amount - sum(parts.values())]:
        parts[key] += 1
    return parts


def _check_weights(weights: Mapping[str, int]) -> None:
    if not weights or min(weights.values()) < 1:
        raise ValueError("credit is split by positive weights, at least one")
