"""What a model's scores may join: parts that hold together, so that one bad pair never fuses two families.

Average linkage, in discrete levels and all ties of a level at once, so that no key or order decides
(docs/adr/0008-model-tiers-and-support.md). Clusters are named by numbers that mean nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.identity.evidence import ProfileEvidence
from graph.identity.gather import Pair
from graph.identity.rules import ModelRules
from graph.identity.tiers import Tier

LEVELS: Final = 20


@dataclass(slots=True)
class Bond:
    """The scored pairs between two clusters: their sum in thousandths, the best, and its profiles."""

    weight: int = 0
    best: float = 0.0
    ends: list[int] = field(default_factory=list[int])


def bonds_between(scores: Mapping[Pair, float], cluster_of: Mapping[int, int]) -> dict[Pair, Bond]:
    """The bonds between clusters, by the lesser and the greater of the two, in their order."""
    found: dict[Pair, Bond] = {}
    for (left, right), score in scores.items():
        low, high = sorted((cluster_of[left], cluster_of[right]))
        if low != high:
            bond = found.setdefault((low, high), Bond())
            bond.weight += round(score * 1000)
            if score >= bond.best:
                bond.ends = [left, right] if score > bond.best else [*bond.ends, left, right]
                bond.best = score
    return dict(sorted(found.items()))


def thinnest(bonds: Iterable[Bond], cluster_of: Mapping[int, int]) -> dict[Pair, float]:
    """The best refused score between each two people, as they are now."""
    found: dict[Pair, float] = {}
    for bond in bonds:
        low, high = sorted((cluster_of[bond.ends[0]], cluster_of[bond.ends[1]]))
        if low != high:
            found[low, high] = max(found.get((low, high), 0.0), bond.best)
    return found


def voices(members: Iterable[int], scored: Collection[int], profiles: Sequence[ProfileEvidence]) -> int:
    """How many profiles of a cluster a model could have compared: those scored, or with a name or birth date."""
    return sum(i in scored or bool(profiles[i].names or profiles[i].birth_dates) for i in members) or 1


def threshold(model: ModelRules, tier: Tier) -> float:
    """The probability from which a score belongs to a model's tier."""
    if tier.bucket is None:
        raise ValueError(f"{tier.name} is no tier of a model")
    return {
        "undoubted": model.undoubted,
        "certain": model.certain,
        "likely": model.likely,
        "probable": model.probable,
    }[tier.bucket]


def supported(
    nodes: Sequence[int],
    links: Iterable[Pair],
    *,
    weights: Mapping[Pair, int],
    sizes: Mapping[int, int],
    support: int,
) -> list[list[int]]:
    """The parts of `nodes` that the links may join, each ascending, by their least node.

    `links` are the pairs of nodes that may be joined directly; `weights` the sum of the probabilities, in
    thousandths, of all scored pairs of profiles between two nodes; `sizes` how many profiles of a node a
    model could have compared. A join needs a mean of `support` thousandths over all pairs of profiles that
    it brings together, unscored ones counting 0. A function of the graph alone: renaming nodes renames parts.
    """
    links = list(links)
    if len(nodes) == 2 and links:  # most components: no levels, no order
        left, right = sorted(nodes)
        weight = weights.get((left, right), weights.get((right, left), 0))
        return [[left, right]] if weight >= support * sizes[left] * sizes[right] else [[left], [right]]
    return _Linkage(nodes, links, weights, sizes, support).parts()


class _Linkage:
    def __init__(
        self,
        nodes: Sequence[int],
        links: Iterable[Pair],
        weights: Mapping[Pair, int],
        sizes: Mapping[int, int],
        support: int,
    ) -> None:
        self._support = support
        self._members = {node: [node] for node in nodes}
        self._sizes = dict(sizes)
        self._weights: dict[int, dict[int, int]] = {node: {} for node in nodes}
        for (left, right), weight in weights.items():
            self._weights[left][right] = self._weights[right][left] = weight
        near = {node: {node, *others} for node, others in self._weights.items()}
        self._links: dict[int, dict[int, int]] = {node: {} for node in nodes}
        for left, right in links:
            level = _likeness(near[left], near[right])
            self._links[left][right] = self._links[right][left] = level

    def parts(self) -> list[list[int]]:
        """Join level by level, the pairs with most neighbours in common first."""
        levels = {level for others in self._links.values() for level in others.values()}
        for level in sorted(levels, reverse=True):
            while self._join(level):
                pass
        return sorted(sorted(members) for members in self._members.values())

    def _join(self, level: int) -> bool:
        """All joins of one level at once; whether there was any."""
        strong = {
            node: [other for other, near in others.items() if near >= level and self._thick(node, other)]
            for node, others in self._links.items()
        }
        ties = [tie for tie in _connected(strong) if len(tie) == 2 or (len(tie) > 2 and self._holds(tie))]
        for tie in ties:
            self._contract(tie)
        return bool(ties)

    def _thick(self, left: int, right: int) -> bool:
        return self._weights[left].get(right, 0) >= self._support * self._sizes[left] * self._sizes[right]

    def _holds(self, nodes: Collection[int]) -> bool:
        """Whether the pairs of profiles between these clusters have support enough, taken together."""
        inside = set(nodes)
        weight = sum(w for node in nodes for other, w in self._weights[node].items() if other in inside)
        total = sum(self._sizes[node] for node in nodes)
        pairs = total * total - sum(self._sizes[node] ** 2 for node in nodes)
        return weight >= self._support * pairs

    def _contract(self, nodes: Sequence[int]) -> None:
        head, *others = nodes
        inside = set(nodes)
        for node in others:
            self._members[head] += self._members.pop(node)
            self._sizes[head] += self._sizes.pop(node)
            for table, combine in ((self._weights, int.__add__), (self._links, max)):
                for other, value in table.pop(node).items():
                    mine = table[other]
                    del mine[node]
                    if other not in inside:
                        table[head][other] = mine[head] = combine(table[head].get(other, 0), value)


def _likeness(left: set[int], right: set[int]) -> int:
    """How many of the neighbours of the two are neighbours of both, in steps of one in `LEVELS`."""
    return LEVELS * len(left & right) // len(left | right)


def _connected(near: Mapping[int, Sequence[int]]) -> list[list[int]]:
    seen: set[int] = set()
    found: list[list[int]] = []
    for start in near:
        if start in seen:
            continue
        seen.add(start)
        part, fresh = [start], [start]
        while fresh:
            fresh = list({other for node in fresh for other in near[node]} - seen)
            seen.update(fresh)
            part += fresh
        found.append(part)
    return found
