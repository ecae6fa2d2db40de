"""Full names and birth dates that contradict at a model's tier, and the little that outweighs them there.

A score is made of what two profiles share, so it is no answer to a name or a date that says they are two: a
contradiction stands as in other tiers, unless it is a slip of the pen, or the score leaves no doubt and the two
share no phone, e-mail or device (docs/adr/0016-contradictions-and-scores.md). Symmetric; no key or order decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Final

from graph.identity.gather import Gathered, Pair
from graph.identity.rules import Strength
from graph.identity.summary import (
    FIRST_CJK,
    HARD,
    SOFT,
    Summary,
    births_conflict,
    conflicts,
    full_name,
    is_full_date,
    names_conflict,
)
from graph.identity.support import Bond
from graph.identity.ties import bits
from graph.matching.forms import sound

_ONCE: Final = 1


def standing(
    evidence: Gathered,
    nodes: Sequence[int],
    found: Sequence[Summary],
    bonds: Mapping[Pair, Bond],
    *,
    probable: float,
    undoubted: bool,
) -> list[int]:
    """For each cluster of a model's knot the others it conflicts with, as a bit mask of their places.

    `nodes` are the clusters, ascending, and `found` their summaries; `bonds` hold the scores between them.
    `undoubted` says that only scores which leave no doubt join here; a slip scored below `probable` is none.
    """
    against = conflicts(found, HARD)
    soft = conflicts(found, SOFT)
    if soft != against:
        told = _told(evidence, found)
        for here, mask in enumerate(soft):
            for there in bits(mask & ~against[here] & (1 << here) - 1):
                left, right = found[there], found[here]
                if undoubted and not _meet(evidence, left, right):
                    continue
                bond = bonds.get((nodes[there], nodes[here]))
                if (bond is not None and bond.best < probable) or not _slipped(left, right, told):
                    against[here] |= 1 << there
                    against[there] |= 1 << here
    return against


def _meet(evidence: Gathered, left: Summary, right: Summary) -> bool:
    """Whether both have a phone, an e-mail or a device: what may join two by itself without proving a person."""
    return any(
        evidence.spaces[space].rule.strength in (Strength.MEDIUM, Strength.WEAK)
        and not numbers.isdisjoint(right.counted.get(space, ()))
        for space, numbers in left.counted.items()
    )


# -- slips of the pen ----------------------------------------------------------------------------------------


def _told(evidence: Gathered, found: Iterable[Summary]) -> Counter[str]:
    """How many profiles of the knot tell each full name and birth date."""
    told: Counter[str] = Counter()
    for one in found:
        for index in one.members:
            profile = evidence.profiles[index]
            told.update({full for name in profile.names if (full := full_name(name))} | profile.birth_dates)
    return told


def _slipped(left: Summary, right: Summary, told: Mapping[str, int]) -> bool:
    """Whether slips explain all that contradicts: values that are near, and one of them told once only."""
    names = not names_conflict(left, right) or any(
        min(told[full_name(one) or ""], told[full_name(other) or ""]) == _ONCE
        and near_names(one.full, other.full)
        for one, other in product(left.names, right.names)
        if one.full and other.full
    )
    return names and (
        not births_conflict(left.birth_dates, right.birth_dates)
        or any(
            min(told[one], told[other]) == _ONCE and near_births(one, other)
            for one, other in product(left.birth_dates, right.birth_dates)
            if is_full_date(one) and is_full_date(other)
        )
    )


def near_names(left: str, right: str) -> bool:
    """Whether two full names sound alike but for one letter; unless both are CJK, in any order of their halves."""
    one, other = sound(left), sound(right)
    if max(left) >= FIRST_CJK and max(right) >= FIRST_CJK:
        return is_slip(one, other)
    return any(is_slip(one, other[border:] + other[:border]) for border in range(len(other)))


def near_births(left: str, right: str) -> bool:
    """Whether two full dates differ by one digit, by two neighbours swapped, or by day and month swapped."""
    if (left[:4], left[5:7], left[8:]) == (right[:4], right[8:], right[5:7]):
        return True
    return is_slip(left.replace("-", ""), right.replace("-", ""))


def is_slip(left: str, right: str) -> bool:
    """Whether one character lost, added or wrong, or two neighbours swapped, makes one text of the other."""
    shorter = min(len(left), len(right))
    start = next((at for at in range(shorter) if left[at] != right[at]), shorter)
    left, right = left[start:], right[start:]
    if left[1:] == right[1:] or left[1:] == right or left == right[1:]:
        return True
    return left[2:] == right[2:] and left[:2] == right[1::-1]
