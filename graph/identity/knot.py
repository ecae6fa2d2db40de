"""One connected component of the evidence, resolved tier by tier.

A `Knot` is the mutable state of that: clusters, locks and what happened to each profile. Clusters are named
by their least profile number. docs/reference/resolve.md §2 is the algorithm; the step letters in comments
are its.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.identity.classes import is_calm, judge
from graph.identity.contradiction import standing
from graph.identity.evidence import Identifier, Reason, Refusal
from graph.identity.gather import GENERIC, PERSONAL, SHARED, Gathered, Key, Link, Pair, Unit
from graph.identity.rules import Rules, Strength
from graph.identity.summary import SOFT, Summary, conflicts, full_name, summarise
from graph.identity.support import Bond, bonds_between, supported, thinnest, threshold, voices
from graph.identity.tiers import MODEL, PROBABLE, STAGES, STEWARD, UNDOUBTED, Stage, Tier
from graph.identity.ties import Edge, bits, connected, cut, groups_of, sharing_twice

UNNAMED = Identifier("", "", "")  # stands for the identifier where a steward or a model joins


@dataclass(frozen=True, slots=True)
class Joined:
    """Clusters that became one: their profiles by cluster, and the edges that tied them."""

    tier: Tier
    parts: dict[int, tuple[int, ...]]
    edges: tuple[Edge, ...]


class Knot:
    """Resolves the profiles given; `run` once, then read the results.

    With a `log`, every join is added to it, in the order in which they happened.
    """

    def __init__(
        self,
        evidence: Gathered,
        members: list[int],
        links: Sequence[Link],
        rules: Rules,
        *,
        scores: Mapping[Pair, float] | None = None,
        log: list[Joined] | None = None,
    ) -> None:
        self._evidence = evidence
        self._rules = rules
        self._all_links = links
        self._scores = scores or {}
        self._scored = {index for pair in self._scores for index in pair}
        self._bonds: dict[Pair, Bond] = {}
        self._bonds_of: dict[int, list[Pair]] = {}
        self._bonded = 0  # how many clusters there were when the bonds were computed
        self._thin: list[Bond] = []
        self._told: set[tuple[str, str, frozenset[Key]]] = set()
        self._log = log
        self._links: dict[Strength, list[Link]] = {}
        for link in links:
            self._links.setdefault(link.rule.strength, []).append(link)
        self._summaries: dict[int, Summary] = {}
        self._banned: dict[int, set[int]] = {}
        self._calm = False
        self.cluster_of = {index: index for index in members}
        self.clusters = {index: [index] for index in members}
        self.reasons: dict[int, Reason] = {}
        self.doubts: dict[int, tuple[str, set[int]]] = {}
        """By profile: the first tier in which it was ambiguous, and profiles of all its candidates."""
        self.refusals: list[Refusal] = []
        self.widest = 0
        """Clusters of the biggest knot of a tier."""

    @property
    def calm(self) -> bool:
        """Whether nothing here conflicts or exceeds a size."""
        return self._calm

    def run(self, same: Sequence[Pair]) -> None:
        """Go through every tier; `same` are the pairs a steward joins."""
        self._calm = is_calm(self._evidence, list(self.cluster_of), self._all_links, self._rules)
        if same:
            self._tier(STEWARD, [Edge(UNNAMED, "", list(pair)) for pair in same])
        for stage in STAGES:
            links = [link for strength in stage.strengths for link in self._links.get(strength, ())]
            if links and len(self.clusters) > 1:
                self._stage(stage, links)
            elif self._scores and not stage.strengths:
                for tier in stage.tiers:
                    if len(self.clusters) > 1:
                        self._scored_tier(tier)

    def summary(self, cluster: int) -> Summary:
        """What the cluster is known by now, its ambiguity locks included."""
        found = self._summaries.get(cluster)
        if found is None:
            found = self._summaries[cluster] = summarise(self._evidence, self.clusters[cluster])
            if cluster in self._banned:
                found.banned |= self._banned[cluster]
        return found

    def on(self, holders: Iterable[int]) -> list[int]:
        """The clusters of these profiles, ascending."""
        return sorted({self.cluster_of[index] for index in holders})

    # -- stages and classes ----------------------------------------------------------------------------------

    def _stage(self, stage: Stage, links: list[Link]) -> None:
        if not self._calm:
            for link in links:
                self._classify(link, link.trusted)
                if link.every is not link.trusted:
                    self._classify(link, link.every)
        claims = any(link.every is not link.trusted for link in links)
        for tier in stage.tiers:
            # Where all is calm and all evidence trusted, the tiers of all evidence have nothing left to join.
            if len(self.clusters) > 1 and (tier.trusted or claims or self.doubts or not self._calm):
                self._tier(tier, self._edges(tier, links))

    def _classify(self, link: Link, units: list[Unit]) -> None:
        for unit in units:
            found = [self.summary(cluster) for cluster in self.on(unit.holders)]
            unit.kind, unit.people = judge(self._evidence, link, found)

    # -- links of a tier -------------------------------------------------------------------------------------

    def _edges(self, tier: Tier, links: list[Link]) -> list[Edge]:
        edges: list[Edge] = []
        for link in links:
            units = link.trusted if tier.trusted else link.every
            if not units or link.rule.strength not in tier.strengths:
                continue
            if tier.agree:  # the same full name joins across tenures too
                holders = [index for unit in units if unit.kind is not GENERIC for index in unit.holders]
                self._agreeing(edges, link, self.on(holders))
                continue
            for unit in units:
                nodes = self.on(unit.holders)
                if len(nodes) > 1 and unit.kind is PERSONAL:
                    edges.append(Edge(link.identifier, "", nodes))
                elif len(nodes) > 1 and unit.kind is SHARED:
                    self._agreeing(edges, link, nodes)
        return edges

    def _agreeing(self, edges: list[Edge], link: Link, nodes: list[int]) -> None:
        """One edge for each full name that two of the clusters have."""
        if len(nodes) < 2:
            return
        named: dict[str, list[int]] = {}
        for node in nodes:
            for name in self._full_names(node):
                named.setdefault(name, []).append(node)
        edges.extend(Edge(link.identifier, name, agree) for name, agree in named.items() if len(agree) > 1)

    def _full_names(self, cluster: int) -> set[str]:
        if not self._calm:
            return self.summary(cluster).full_names
        profiles = self._evidence.profiles
        names = {name for index in self.clusters[cluster] for name in profiles[index].names}
        return {full for name in names if (full := full_name(name))}

    # -- one tier --------------------------------------------------------------------------------------------

    def _tier(self, tier: Tier, edges: list[Edge]) -> None:
        if not edges:
            return
        for nodes, inside in connected(edges):
            self.widest = max(self.widest, len(nodes))
            if self._calm and tier.conflict <= SOFT:
                self._group(tier, nodes, inside)
            elif len(nodes) > self._rules.budget:  # step a
                self._overgrown(tier, nodes, inside)
            else:
                self._process(tier, nodes, inside)

    def _process(self, tier: Tier, nodes: list[int], edges: list[Edge]) -> None:
        against = self._against(tier, nodes)
        if any(against):
            twice = sharing_twice(edges)
            if twice:  # step c: better tied pairs first, then the rest with these contracted
                for part, inside in connected(twice):
                    self._decide(tier, part, inside, self._against(tier, part))
                nodes = self.on(nodes)
                contracted = [Edge(edge.identifier, edge.label, self.on(edge.nodes)) for edge in edges]
                edges = [edge for edge in contracted if len(edge.nodes) > 1]
                against = self._against(tier, nodes)
        self._decide(tier, nodes, edges, against)

    def _against(self, tier: Tier, nodes: list[int]) -> list[int]:
        found = [self.summary(node) for node in nodes]
        if tier.bucket is None:
            return conflicts(found, tier.conflict)
        probable, undoubted = self._rules.model.probable, tier is UNDOUBTED
        return standing(self._evidence, nodes, found, self._bonds, probable=probable, undoubted=undoubted)

    def _decide(self, tier: Tier, nodes: list[int], edges: list[Edge], against: list[int]) -> None:
        if not any(against):  # step b
            self._group(tier, nodes, edges)
            return
        place = {node: number for number, node in enumerate(nodes)}  # step d
        masks = [sum(1 << place[node] for node in edge.nodes) for edge in edges]
        left, doubts = cut(masks, against)
        groups = groups_of(len(nodes), left)
        home = {number: group for group in groups for number in bits(group)}
        tied: dict[int, int] = {}
        for doubt in doubts:
            sides = doubt.left | doubt.right
            apart = doubt.part & ~home[doubt.left.bit_length() - 1] & ~home[doubt.right.bit_length() - 1]
            for number in bits(apart):
                tied[number] = tied.get(number, 0) | sides
        uncertain = {number: self.clusters[nodes[number]] for number in tied}
        for group in groups:
            if group & (group - 1):
                inside = [
                    Edge(edge.identifier, edge.label, [nodes[number] for number in bits(mask & group)])
                    for edge, mask in zip(edges, left, strict=True)
                    if (mask & group) & ((mask & group) - 1)
                ]
                self._group(tier, [nodes[number] for number in bits(group)], inside)
        for number, members in uncertain.items():
            through = min(edge.identifier.namespace for edge in edges if nodes[number] in edge.nodes)
            self._lock(tier, members, {nodes[side] for side in bits(tied[number])}, through)

    def _lock(self, tier: Tier, members: list[int], sides: set[int], namespace: str) -> None:
        """Keep an ambiguous cluster apart from its candidates for good."""
        cluster = self.cluster_of[members[0]]
        self._banned.setdefault(cluster, set()).update(sides)
        self._summaries.pop(cluster, None)
        for index in members:
            self.reasons[index] = Reason(tier.name, "ambiguous", namespace)
            self.doubts.setdefault(index, (tier.name, set()))[1].update(sides)

    # -- scores ----------------------------------------------------------------------------------------------

    def _scored_tier(self, tier: Tier) -> None:
        """One tier of a model's scores: links that lack support are cut, and told in the last such tier."""
        probable, least = self._rules.model.probable, threshold(self._rules.model, tier)
        bonds = self._bond()
        if not any(bond.best >= least for bond in bonds.values()):
            return
        self._thin = []
        edges = [Edge(UNNAMED, "", list(pair)) for pair, bond in bonds.items() if bond.best >= probable]
        nodes = sorted(self._bonds_of)
        part_of = self._supported(nodes, edges)
        near = [edge for edge in edges if bonds[edge.nodes[0], edge.nodes[1]].best >= least]
        self._tier(tier, [edge for edge in near if not self._is_thin(edge, part_of)])
        for bond in self._thin:
            for index in bond.ends:
                self.reasons[index] = Reason(tier.name, "support")
        if tier is PROBABLE:
            for (low, high), best in thinnest(self._thin, self.cluster_of).items():
                told = next(t for t in MODEL if best >= threshold(self._rules.model, t))
                self._report(told, "support", "", self.clusters[low] + self.clusters[high])

    def _bond(self) -> dict[Pair, Bond]:
        """The bonds between the clusters of now: those of before where no cluster was joined since."""
        if self._bonded != len(self.clusters):
            self._bonded = len(self.clusters)
            self._bonds, self._bonds_of = bonds_between(self._scores, self.cluster_of), {}
            for pair in self._bonds:
                for node in pair:
                    self._bonds_of.setdefault(node, []).append(pair)
        return self._bonds

    def _supported(self, nodes: Sequence[int], edges: Sequence[Edge]) -> dict[int, int]:
        """For each of these clusters the part that scores support, as a number."""
        inside = set(nodes)
        profiles = self._evidence.profiles
        near = {pair for node in nodes for pair in self._bonds_of[node] if inside.issuperset(pair)}
        parts = supported(
            nodes,
            [(edge.nodes[0], edge.nodes[1]) for edge in edges],
            weights={pair: self._bonds[pair].weight for pair in near},
            sizes={node: voices(self.clusters[node], self._scored, profiles) for node in nodes},
            support=round(self._rules.model.support * 1000),
        )
        return {node: place for place, part in enumerate(parts) for node in part}

    def _is_thin(self, edge: Edge, part_of: Mapping[int, int]) -> bool:
        """Whether the edge lacks support, in which case that is noted."""
        left, right = edge.nodes
        thin = part_of[left] != part_of[right]
        if thin:
            self._thin.append(self._bonds[left, right])
        return thin

    def _group(self, tier: Tier, nodes: list[int], edges: list[Edge]) -> None:
        """Join what nothing conflicts in; by scores only as far as these alone support it."""
        join = self._merge if self._calm else self._join
        if tier.bucket is None or len(nodes) < 2:
            join(tier, nodes, edges)
            return
        part_of = self._supported(nodes, edges)
        within: dict[int, list[Edge]] = {}
        for edge in edges:
            if not self._is_thin(edge, part_of):
                within.setdefault(part_of[edge.nodes[0]], []).append(edge)
        for place, ties in within.items():
            join(tier, [node for node in nodes if part_of[node] == place], ties)

    # -- joining ---------------------------------------------------------------------------------------------

    def _join(self, tier: Tier, nodes: list[int], edges: list[Edge]) -> None:
        """Make one cluster of a group without conflicts, or as few as limits and cap allow (step e)."""
        if len(nodes) < 2:
            return
        if self._broken(nodes) is None:
            self._merge(tier, nodes, edges)
            return
        parts, refused = self._packed(nodes, edges)
        everyone = [index for node in nodes for index in self.clusters[node]]
        turned_away = {node: self.clusters[node] for node in refused}
        for part in parts:
            if len(part) > 1:
                inside = [
                    kept
                    for edge in edges
                    if len(
                        (
                            kept := Edge(edge.identifier, edge.label, [n for n in edge.nodes if n in part])
                        ).nodes
                    )
                    > 1
                ]
                self._merge(tier, sorted(part), inside)
        for node, (rule, namespace) in refused.items():
            for index in turned_away[node]:
                self.reasons[index] = Reason(tier.name, rule, namespace)
        for rule, namespace in sorted(set(refused.values())):
            self._report(tier, rule, namespace, everyone)

    def _packed(
        self, nodes: list[int], edges: list[Edge]
    ) -> tuple[list[set[int]], dict[int, tuple[str, str]]]:
        """The greedy parts of a group that is too big as a whole; who found no room, and why.

        The only place where keys decide (with classes beyond two people): edges by identifier and name,
        clusters by their least key, each joining the first earlier one it has room with.
        """
        part_of = {node: {node} for node in nodes}
        refused: dict[int, tuple[str, str]] = {}
        for edge in sorted(edges, key=lambda edge: (edge.identifier, edge.label, edge.nodes)):
            heads: list[int] = []
            for node in edge.nodes:
                broken: tuple[str, str] | None = None
                for head in heads:
                    if part_of[head] is part_of[node]:
                        break
                    both = part_of[head] | part_of[node]
                    forbidden = self._broken(both)
                    if forbidden is None:
                        for one in both:
                            part_of[one] = both
                        break
                    broken = broken or forbidden
                else:
                    heads.append(node)
                    if broken is not None:
                        refused[node] = broken
        return list({id(part): part for part in part_of.values()}.values()), refused

    def _broken(self, nodes: Iterable[int]) -> tuple[str, str] | None:
        """What forbids these clusters to be one person: the cap, or the least namespace over its limit."""
        summaries = [self.summary(node) for node in nodes]
        if sum(len(one.members) for one in summaries) > self._rules.cap:
            return "cap", ""
        values: dict[int, set[int]] = {}
        for one in summaries:
            for space, numbers in one.counted.items():
                if space in values:
                    values[space] |= numbers
                else:
                    values[space] = set(numbers)
        spaces = self._evidence.spaces
        over = [
            spaces[space].namespace
            for space, numbers in values.items()
            if len(numbers) > spaces[space].rule.limit
        ]
        return ("limit", min(over)) if over else None

    def _merge(self, tier: Tier, nodes: list[int], edges: list[Edge]) -> None:
        """One cluster of these; each profile's reason names the least namespace that tied its cluster."""
        through: dict[int, str] = {}
        for edge in edges:
            namespace = edge.identifier.namespace
            for node in edge.nodes:
                if node not in through or namespace < through[node]:
                    through[node] = namespace
        if self._log is not None:
            self._log.append(Joined(tier, {n: tuple(self.clusters[n]) for n in nodes}, tuple(edges)))
        head, *others = nodes
        for node in nodes:
            reason = Reason(tier.name, "linked", through[node])
            for index in self.clusters[node]:
                self.reasons[index] = reason
        members = list(self.clusters[head])
        summary = self._summaries.get(head)
        for node in others:
            joining = self.clusters.pop(node)
            members += joining
            for index in joining:
                self.cluster_of[index] = head
            if node in self._banned:
                self._banned.setdefault(head, set()).update(self._banned.pop(node))
            absorbed = self._summaries.pop(node, None)
            if summary is not None and absorbed is not None:
                summary.absorb(absorbed)
            else:
                self._summaries.pop(head, None)
                summary = None
        self.clusters[head] = members

    def _overgrown(self, tier: Tier, nodes: list[int], edges: list[Edge]) -> None:
        members = [index for node in nodes for index in self.clusters[node]]
        reason = Reason(tier.name, "overgrown", min(edge.identifier.namespace for edge in edges))
        for index in members:
            self.reasons[index] = reason
        self._report(tier, "overgrown", "", members)

    def _report(self, tier: Tier, rule: str, namespace: str, members: list[int]) -> None:
        keys = frozenset(self._evidence.keys[index] for index in members)
        if (rule, namespace, keys) not in self._told:
            self._told.add((rule, namespace, keys))
            self.refusals.append(Refusal(tier.name, rule, keys, namespace))
