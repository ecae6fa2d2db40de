"""One connected component of the evidence, resolved tier by tier.

A `Knot` is the mutable state of that: clusters, locks and what happened to each profile. Clusters are named
by their least profile number. docs/reference/resolve.md §2 is the algorithm; the step letters in comments
are its.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.identity.evidence import Identifier, PersonName, Reason, Refusal
from graph.identity.gather import GENERIC, PERSONAL, RANK, SHARED, Gathered, Link, Unit
from graph.identity.rules import Rules, Strength
from graph.identity.summary import HARD, SOFT, Summary, conflicts, full_name, summarise
from graph.identity.tiers import STAGES, STEWARD, Stage, Tier
from graph.identity.ties import Edge, bits, connected, cut, groups_of

_JUDGED = Identifier("", "", "")  # stands for the identifier where a steward joins
_COUNTING = (Strength.STRONG, Strength.MEDIUM)


class Knot:
    """Resolves the profiles given; `run` once, then read the results."""

    def __init__(self, evidence: Gathered, members: list[int], links: Sequence[Link], rules: Rules) -> None:
        self._evidence = evidence
        self._rules = rules
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

    def run(self, same: Sequence[tuple[int, int]]) -> None:
        """Go through every tier; `same` are the pairs a steward joins."""
        self._calm = self._is_calm()
        if same:
            self._tier(STEWARD, [Edge(_JUDGED, "", list(pair)) for pair in same])
        for stage in STAGES:
            links = [link for strength in stage.strengths for link in self._links.get(strength, ())]
            if links and len(self.clusters) > 1:
                self._stage(stage, links)

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

    def _is_calm(self) -> bool:
        """True where nothing here conflicts softly or exceeds a size, so that all units are personal."""
        evidence, rules = self._evidence, self._rules
        if len(self.cluster_of) > min(rules.cap, rules.budget):
            return False
        numbers: set[int] = set()
        values: dict[int, int] = {}
        proven: dict[int, int] = {}
        names: set[PersonName] = set()
        births: set[str] = set()
        for index in self.cluster_of:
            profile = evidence.profiles[index]
            names |= profile.names
            births |= profile.birth_dates
            if index in evidence.different:
                return False
            for number, grade in evidence.held[index].items():
                space = evidence.space_of[number]
                rule = evidence.spaces[space].rule
                if rule.one_per_person:
                    if RANK[grade] >= RANK[rule.proof] and proven.setdefault(space, number) != number:
                        return False
                elif number not in numbers:
                    numbers.add(number)
                    values[space] = values.get(space, 0) + 1
        if len(names) > 1 or len(births) > 1:
            return False
        return all(count <= evidence.spaces[space].rule.limit for space, count in values.items())

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
            clusters = self.on(unit.holders)
            unit.kind = PERSONAL if len(clusters) < 2 else self._kind(link, clusters)

    def _kind(self, link: Link, clusters: list[int]) -> str:
        """The class by how many provably different people are on the clusters (`k`)."""
        found = [self.summary(cluster) for cluster in clusters]
        soft = max(self._people(found, SOFT), self._people_by_limits(link, found))
        if soft > link.rule.max_people:
            return GENERIC
        people = self._people(found, HARD) if link.rule.strength is Strength.STRONG else soft
        return SHARED if people > 1 else PERSONAL

    def _people(self, summaries: list[Summary], level: int) -> int:
        """Groups without a conflicting pair, filled greedily: exact whether it is one, else an estimate."""
        against = conflicts(summaries, level)
        if not any(against):
            return 1
        groups: list[int] = []
        for place in sorted(range(len(summaries)), key=lambda place: (-len(summaries[place].proven), place)):
            for number, group in enumerate(groups):
                if not group & against[place]:
                    groups[number] |= 1 << place
                    break
            else:
                groups.append(1 << place)
        return len(groups)

    def _people_by_limits(self, link: Link, summaries: list[Summary]) -> int:
        """How many people the values of other strong and medium namespaces need at least."""
        values: dict[int, set[int]] = {}
        for one in summaries:
            for space, numbers in one.counted.items():
                values.setdefault(space, set()).update(numbers)
        people = 1
        for space, numbers in values.items():
            where = self._evidence.spaces[space]
            if where.rule.strength in _COUNTING and where.namespace != link.identifier.namespace:
                people = max(people, -(-len(numbers) // where.rule.limit))
        return people

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
            if self._calm and tier.conflict <= SOFT:
                self._merge(tier, nodes, inside)
            elif len(nodes) > self._rules.budget:  # step a
                self._overgrown(tier, nodes, inside)
            else:
                self._process(tier, nodes, inside)

    def _process(self, tier: Tier, nodes: list[int], edges: list[Edge]) -> None:
        against = self._against(tier, nodes)
        if any(against):
            twice = _sharing_twice(edges)
            if twice:  # step c: better tied pairs first, then the rest with these contracted
                for part, inside in connected(twice):
                    self._decide(tier, part, inside, self._against(tier, part))
                nodes = self.on(nodes)
                contracted = [Edge(edge.identifier, edge.label, self.on(edge.nodes)) for edge in edges]
                edges = [edge for edge in contracted if len(edge.nodes) > 1]
                against = self._against(tier, nodes)
        self._decide(tier, nodes, edges, against)

    def _against(self, tier: Tier, nodes: list[int]) -> list[int]:
        return conflicts([self.summary(node) for node in nodes], tier.conflict)

    def _decide(self, tier: Tier, nodes: list[int], edges: list[Edge], against: list[int]) -> None:
        if not any(against):  # step b
            self._join(tier, nodes, edges)
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
                self._join(tier, [nodes[number] for number in bits(group)], inside)
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
        if not any(
            told.rule == rule and told.namespace == namespace and told.members == keys
            for told in self.refusals
        ):
            self.refusals.append(Refusal(tier.name, rule, keys, namespace))


def _sharing_twice(edges: list[Edge]) -> list[Edge]:
    """An edge for each pair of clusters on two different identifiers or more, named by the least."""
    shared: dict[tuple[int, int], list[tuple[Identifier, str]]] = {}
    for edge in edges:
        for place, left in enumerate(edge.nodes):
            for right in edge.nodes[place + 1 :]:
                shared.setdefault((left, right), []).append((edge.identifier, edge.label))
    found: list[Edge] = []
    for pair, names in shared.items():
        if len({identifier for identifier, _ in names}) > 1:
            identifier, label = min(names)
            found.append(Edge(identifier, label, list(pair)))
    return found
