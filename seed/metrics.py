"""How well a partition of profiles fits the truth: pairwise and B³ scores, and how often families are fused.

All is counted from a contingency table (people x clusters), never from pairs: time is linear in the profiles.
Pairwise: Fellegi–Sunter's usual measure of linkage. B³: Bagga and Baldwin 1998, each profile counted once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import comb, fsum
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Scores:
    """All shares are in [0, 1]; a share of nothing (no pair predicted, none true) counts as perfect, 1.

    `family_over_merge` is the share of predicted clusters that hold two or more people of one household.
    """

    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float
    family_over_merge: float
    profiles: int
    people: int
    clusters: int


def compare(truth: Iterable[tuple[K, str, str]], predicted: Mapping[K, Hashable]) -> Scores:
    """Score a partition against the truth, given as (key, personId, householdId), each key once.

    `predicted` names each key's cluster. A key of the truth that it lacks counts as a cluster of its own;
    keys it has beyond the truth are left out. The truth is read once, so it may be a generator.
    """
    cells: Counter[tuple[str, Hashable]] = Counter()
    people: Counter[str] = Counter()
    clusters: Counter[Hashable] = Counter()
    household_of: dict[str, str] = {}
    for key, person, household in truth:
        cluster = ("known", predicted[key]) if key in predicted else ("missing", key)
        cells[person, cluster] += 1
        people[person] += 1
        clusters[cluster] += 1
        household_of[person] = household
    profiles = people.total()
    right_pairs = sum(comb(count, 2) for count in cells.values())
    precision = _share(right_pairs, sum(comb(count, 2) for count in clusters.values()))
    recall = _share(right_pairs, sum(comb(count, 2) for count in people.values()))
    b3_precision = _share(fsum(n * n / clusters[cluster] for (_, cluster), n in cells.items()), profiles)
    b3_recall = _share(fsum(n * n / people[person] for (person, _), n in cells.items()), profiles)
    family = Counter((cluster, household_of[person]) for person, cluster in cells)
    fused = {cluster for (cluster, _), persons in family.items() if persons > 1}
    return Scores(
        precision=precision,
        recall=recall,
        f1=_harmonic(precision, recall),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=_harmonic(b3_precision, b3_recall),
        family_over_merge=len(fused) / len(clusters) if clusters else 0.0,
        profiles=profiles,
        people=len(people),
        clusters=len(clusters),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _harmonic(left: float, right: float) -> float:
    return 2 * left * right / (left + right) if left + right else 0.0
