"""How good clusters are: pairs of one person, as `resolve` makes people of scores alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.identity.evidence import ProfileEvidence, Score
from graph.identity.resolve import resolve
from graph.identity.rules import load_rules
from graph.matching.score import ScoredPair


@dataclass(frozen=True, slots=True)
class Quality:
    """Of pairs of records put into one cluster."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


def clusters(ids: Iterable[str], pairs: Iterable[ScoredPair]) -> list[set[str]]:
    """The people that `resolve` makes of records of which only scores are known."""
    scores = [Score(("s", pair.left), ("s", pair.right), pair.probability) for pair in pairs]
    resolution = resolve([ProfileEvidence(key=("s", one)) for one in ids], (), scores, rules=load_rules())
    return [{record for _, record in person.members} for person in resolution.people]


def quality(truth: Mapping[str, object], found: Iterable[set[str]]) -> Quality:
    """Pairwise precision and recall of clusters."""
    joined = right = 0
    for members in found:
        joined += len(members) * (len(members) - 1) // 2
        by_person: defaultdict[object, int] = defaultdict(int)
        for member in members:
            by_person[truth[member]] += 1
        right += sum(count * (count - 1) // 2 for count in by_person.values())
    whole = sum(count * (count - 1) // 2 for count in Counter(truth.values()).values())
    return Quality(right / max(joined, 1), right / max(whole, 1))
