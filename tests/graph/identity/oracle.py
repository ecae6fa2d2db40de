"""A second `resolve`, written from docs/reference/resolve.md for the tests alone: slow and literal.

It shares no code with `graph.identity` but the evidence types. Where the text leaves a choice it follows
docs/adr/0004-resolve-open-choices.md (the numbers in brackets are the sections there), 0008, 0009 and 0016.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import networkx as nx
from pypinyin import lazy_pinyin

from graph.identity.evidence import Identifier, Judgement, PersonName, ProfileEvidence, Score, Verdict

Key = tuple[str, str]
Cluster = frozenset[Key]
RANK = {"claimed": 0, "trusted": 1, "verified": 2}


@dataclass(frozen=True)
class Row:
    strength: str
    limit: int
    people: int
    hot: int
    gap: int | None = None
    one: bool = False
    proof: str = "verified"


@dataclass(frozen=True)
class PlainRules:
    rows: Mapping[str, Row]
    cap: int
    budget: int
    read_limit: int = 5_000
    buckets: tuple[float, float, float, float] = (0.9999, 0.995, 0.98, 0.95)
    floor: float = 0.5
    support: float = 0.3


@dataclass
class Seen:
    """What is known of one profile, duplicates combined."""

    names: set[PersonName] = field(default_factory=set)
    births: set[str] = field(default_factory=set)
    holds: dict[Identifier, dict[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Unit:
    identifier: Identifier
    level: str  # "v" or "a"
    holders: frozenset[Key]


@dataclass(frozen=True)
class Edge:
    identifier: tuple
    label: str
    on: frozenset[Cluster]


@dataclass
class Answer:
    partition: set[Cluster]
    ambiguous: set[tuple[Key, Key, str]]
    households: set[tuple[Identifier, frozenset[Key]]]
    classes: dict[Identifier, str]
    reached: dict[str, int]


# tier name, strengths, level, agree, conflict level; a new stage begins where the strengths change [1]
TIERS = [
    ("strong-trusted", ("strong",), "v", False, 0),
    ("strong-all", ("strong",), "a", False, 1),
    ("model-undoubted", (), "v", False, 1),
    ("model-certain", (), "v", False, 1),
    ("medium-agree-trusted", ("medium",), "v", True, 1),
    ("medium-trusted", ("medium",), "v", False, 1),
    ("medium-agree-all", ("medium",), "a", True, 1),
    ("medium-all", ("medium",), "a", False, 1),
    ("model-likely", (), "v", False, 1),
    ("model-probable", (), "v", False, 1),
    ("weak-agree-trusted", ("weak", "corroborating"), "v", True, 1),
    ("weak-trusted", ("weak",), "v", False, 2),
    ("weak-agree-all", ("weak", "corroborating"), "a", True, 1),
    ("weak-all", ("weak",), "a", False, 2),
]


def full_key(name: PersonName) -> str | None:
    text = name.full
    if text is None or any(c >= "\u2e80" for c in text):
        return text
    return min(text[n:] + text[:n] for n in range(max(1, len(text))))


def names_fit(a: PersonName, b: PersonName) -> bool:
    if a.full is not None and b.full is not None:
        return full_key(a) == full_key(b)
    family = a.family is None or b.family is None or a.family == b.family
    given = a.given is None or b.given is None or a.given == b.given
    return family and given


def births_fit(a: str, b: str) -> bool:
    return a.startswith(b) or b.startswith(a)


def slips(text: str) -> set[str]:
    """Every way to write a text with one letter left out, written as a gap, or with two neighbours swapped."""
    gaps = {text[:n] + gap + text[n + 1 :] for n in range(len(text)) for gap in ("", "\0")}
    gaps |= {text[:n] + "\0" + text[n:] for n in range(len(text) + 1)}
    return gaps | {text[:n] + text[n + 1] + text[n] + text[n + 2 :] for n in range(len(text) - 1)} | {text}


def slipped(a: str, b: str) -> bool:
    """One edit apart: the same with one letter blotted out in both, or left out in one, or swapped in one."""
    blots = {t for t in slips(a) & slips(b) if "\0" in t and len(t) == max(len(a), len(b))}
    return a == b or bool(blots) or b in slips(a) or a in slips(b)


def names_near(a: PersonName, b: PersonName) -> bool:
    han = [any(c >= "\u2e80" for c in n.full) for n in (a, b)]
    one, other = ("".join(lazy_pinyin(n.full)) for n in (a, b))
    if all(han):
        return slipped(one, other)
    return any(slipped(one, other[n:] + other[:n]) for n in range(len(other)))


def births_near(a: str, b: str) -> bool:
    year, month, day = a.split("-")
    return b == f"{year}-{day}-{month}" or slipped(a.replace("-", ""), b.replace("-", ""))


def better(a, b, pick):
    return b if a is None else a if b is None else pick(a, b)


class Oracle:
    def __init__(
        self,
        profiles: Iterable[ProfileEvidence],
        judgements: Iterable[Judgement],
        rules: PlainRules,
        degrees: Mapping[Identifier, tuple[int, int]] | None = None,
        scores: Iterable[Score] = (),
        shared: Iterable[Identifier] = (),
        step: int = 0,
    ) -> None:
        self.rules = rules
        self.step = step
        self.piece: dict[Key, int] = {}
        self.level: dict[Key, int] = {}
        self.marked = set(shared)
        self.seen: dict[Key, Seen] = {}
        for profile in profiles:
            seen = self.seen.setdefault(profile.key, Seen())
            seen.names |= profile.names
            seen.births |= profile.birth_dates
            for h in profile.holdings:
                if h.identifier.namespace not in rules.rows:
                    continue
                old = seen.holds.setdefault(
                    h.identifier,
                    {"grade": "claimed", "first": None, "last": None, "tfirst": None, "tlast": None},
                )
                old["grade"] = max(old["grade"], h.grade.value, key=RANK.__getitem__)
                old["first"] = better(old["first"], h.first, min)
                old["last"] = better(old["last"], h.last, max)
                old["tfirst"] = better(old["tfirst"], h.trusted_first, min)
                old["tlast"] = better(old["tlast"], h.trusted_last, max)
        self.same = set()
        self.different = set()
        for j in judgements:
            if j.left in self.seen and j.right in self.seen and j.left != j.right:
                which = self.same if j.verdict is Verdict.SAME_AS else self.different
                which.add(frozenset((j.left, j.right)))
        self.degrees = degrees or {}
        self.scores: dict[frozenset[Key], float] = {}
        for score in scores:
            pair = frozenset((score.left, score.right))
            if len(pair) == 2 and pair <= self.seen.keys() and score.probability >= rules.floor:
                self.scores[pair] = max(score.probability, self.scores.get(pair, 0))
        self.left_out: set[Identifier] = set()
        self.clusters: set[Cluster] = {frozenset([k]) for k in self.seen}
        self.locks: list[tuple[Cluster, Cluster]] = []
        self.ambiguous: list[tuple[Cluster, Cluster, str]] = []
        self.reached: dict[str, int] = {}
        self.units: list[Unit] = []
        self.classes: dict[Unit, str] = {}

    def count(self, what: str) -> None:
        self.reached[what] = self.reached.get(what, 0) + 1

    # -- units -------------------------------------------------------------------------------------

    def build_units(self) -> None:
        holders: dict[Identifier, list[Key]] = {}
        for key, seen in self.seen.items():
            for identifier in seen.holds:
                holders.setdefault(identifier, []).append(key)
        self.read(holders)
        for identifier, keys in holders.items():
            if identifier in self.left_out:
                continue
            row = self.rules.rows[identifier.namespace]
            trusted = [k for k in keys if RANK[self.seen[k].holds[identifier]["grade"]] >= 1]
            given = self.degrees.get(identifier, (0, 0))
            for level, on, degree in (("v", trusted, given[0]), ("a", keys, given[1])):
                if max(degree, len(on)) > row.hot:
                    self.count("hot")
                elif on:
                    for tenure in self.tenures(identifier, level, on, row.gap):
                        self.units.append(Unit(identifier, level, frozenset(tenure)))

    def read(self, holders: dict[Identifier, list[Key]]) -> None:
        """Leave out what the read limit forbids to look at (ADR 0009), and scores between pieces."""
        steps = [("strong", "medium", "weak", "corroborating", "score", "same")]
        steps += [("strong", "medium", "score", "same"), ("strong", "same"), ("same",), ()]
        connecting: dict[Identifier, list[Key]] = {}
        for identifier, keys in holders.items():
            hot = self.rules.rows[identifier.namespace].hot
            trusted = [k for k in keys if RANK[self.seen[k].holds[identifier]["grade"]] >= 1]
            given = self.degrees.get(identifier, (0, 0))
            if max(given[1], len(keys)) <= hot:
                connecting[identifier] = keys
            elif trusted and max(given[0], len(trusted)) <= hot:
                connecting[identifier] = trusted

        piece, level = self.piece, self.level

        def split(keys: set[Key], step: int) -> None:
            graph = nx.Graph()
            graph.add_nodes_from(("p", k) for k in keys)
            for identifier, on in connecting.items():
                if self.rules.rows[identifier.namespace].strength in steps[step]:
                    graph.add_edges_from((("i", identifier), ("p", k)) for k in on if k in keys)
            pairs = [p for p, score in self.scores.items() if score >= self.rules.buckets[-1]]
            for pair in (pairs if "score" in steps[step] else []) + (
                list(self.same) if "same" in steps[step] else []
            ):
                if pair <= keys:
                    graph.add_edge(*(("p", k) for k in pair))
            for part in list(nx.connected_components(graph)):
                inside = {k for kind, k in part if kind == "p"}
                if len(inside) > self.rules.read_limit and step + 1 < len(steps):
                    self.count("read-limit")
                    split(inside, step + 1)
                else:
                    for k in inside:
                        piece[k], level[k] = len(piece), step
                    number = len(piece)
                    piece.update(dict.fromkeys(inside, number))

        split(set(self.seen), self.step)
        for identifier, on in connecting.items():
            if self.rules.rows[identifier.namespace].strength not in steps[level[on[0]]]:
                self.left_out.add(identifier)
        self.scores = {
            pair: score
            for pair, score in self.scores.items()
            if len({piece[k] for k in pair}) == 1 and "score" in steps[level[min(pair)]]
        }
        self.same = {pair for pair in self.same if "same" in steps[level[min(pair)]]}

    def tenures(self, identifier: Identifier, level: str, on: list[Key], gap: int | None) -> list[list[Key]]:
        if gap is None:
            return [on]
        first, last = ("tfirst", "tlast") if level == "v" else ("first", "last")
        timed, untimed = [], []
        for k in on:
            hold = self.seen[k].holds[identifier]
            start, end = hold[first], hold[last]
            if start is None and end is None:
                untimed.append(k)
            else:
                start = end if start is None else start
                timed.append((start, max(start, start if end is None else end), k))
        found: list[list[Key]] = []
        until = None
        for start, end, k in sorted(timed):
            if until is None or start - until > gap:
                found.append([])
                until = end
            until = max(until, end)
            found[-1].append(k)
        if len(found) > 1:
            self.count("tenures")
            return found + [[k] for k in untimed]  # [4]
        return [[k for tenure in found for k in tenure] + untimed]

    # -- conflicts ---------------------------------------------------------------------------------

    def names(self, x: Cluster) -> set[PersonName]:
        return set().union(*(self.seen[k].names for k in x))

    def births(self, x: Cluster) -> set[str]:
        return set().union(*(self.seen[k].births for k in x))

    def full_names(self, x: Cluster) -> set[str]:
        return {full_key(n) for n in self.names(x) if n.full is not None}

    def proven(self, x: Cluster) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for k in x:
            for i, hold in self.seen[k].holds.items():
                row = self.rules.rows[i.namespace]
                if row.one and RANK[hold["grade"]] >= RANK[row.proof]:
                    found.setdefault((i.namespace, i.scope), set()).add(i.value)
        return found

    def counted(self, x: Cluster) -> dict[tuple[str, str], set[str]]:
        """Distinct values that count towards a limit [2, 3]."""
        found: dict[tuple[str, str], set[str]] = {}
        for k in x:
            for i in self.seen[k].holds:
                if not self.rules.rows[i.namespace].one:
                    found.setdefault((i.namespace, i.scope), set()).add(i.value)
        return found

    def anchored(self, x: Cluster) -> bool:
        return bool(self.names(x)) or any(
            self.rules.rows[i.namespace].strength in ("strong", "medium")
            for k in x
            for i in self.seen[k].holds
        )

    def conflict(self, x: Cluster, y: Cluster, level: int) -> bool:
        if any((a in x and b in y) or (a in y and b in x) for a, b in map(tuple, self.different)):
            return True
        if any((s & x and t & y) or (s & y and t & x) for s, t in self.locks):
            return True
        proven_x, proven_y = self.proven(x), self.proven(y)
        if any(len(proven_x[s] | proven_y[s]) > 1 for s in proven_x.keys() & proven_y.keys()):
            return True
        if level >= 1:
            if self.unlike(self.names(x), self.names(y), lambda n: n.full is not None, names_fit):
                return True
            if self.unlike(self.births(x), self.births(y), lambda d: len(d) == 10, births_fit):
                return True
        return level >= 2 and self.anchored(x) and self.anchored(y)

    def clash(self, tier: str, nodes: set[Cluster], x: Cluster, y: Cluster, level: int) -> bool:
        """Conflict in a tier; in a model's, slips and undoubted scores overrule soft ones (ADR 0016)."""
        if not tier.startswith("model") or self.conflict(x, y, 0) or not self.conflict(x, y, level):
            return self.conflict(x, y, level)
        contacts = [
            {
                i
                for k in c
                for i in self.seen[k].holds
                if self.rules.rows[i.namespace].strength in ("medium", "weak")
            }
            for c in (x, y)
        ]
        if tier == "model-undoubted" and not contacts[0] & contacts[1]:
            self.count("outweighed")
            return False
        scores = [p for pair, p in self.scores.items() if len(pair & x) == 1 and len(pair & y) == 1]
        if scores and max(scores) < self.rules.buckets[-1]:
            return True
        profiles = [self.seen[k] for k in frozenset().union(*nodes)]

        def explained(xs: set, ys: set, whole, fit, near, tellers) -> bool:
            if not self.unlike(xs, ys, whole, fit):
                return True
            return any(
                near(a, b) and 1 in (tellers(a), tellers(b))
                for a in filter(whole, xs)
                for b in filter(whole, ys)
            )

        slipped = explained(
            self.names(x),
            self.names(y),
            lambda n: n.full is not None,
            names_fit,
            names_near,
            lambda n: sum(full_key(n) in {full_key(m) for m in s.names if m.full} for s in profiles),
        ) and explained(
            self.births(x),
            self.births(y),
            lambda d: len(d) == 10,
            births_fit,
            births_near,
            lambda d: sum(d in s.births for s in profiles),
        )
        if slipped:
            self.count("slip")
        return not slipped

    @staticmethod
    def unlike(xs, ys, is_full, fit) -> bool:
        if not xs or not ys:
            return False
        if any(map(is_full, xs)) and any(map(is_full, ys)):
            xs, ys = list(filter(is_full, xs)), list(filter(is_full, ys))
        return not any(fit(a, b) for a in xs for b in ys)

    # -- classes -----------------------------------------------------------------------------------

    def on(self, holders: frozenset[Key]) -> set[Cluster]:
        return {x for x in self.clusters if x & holders}

    def groups(self, on: set[Cluster], level: int) -> int:
        order = sorted(on, key=lambda x: (-len(self.proven(x)), min(x)))
        groups: list[list[Cluster]] = []
        for x in order:
            for group in groups:
                if not any(self.conflict(x, y, level) for y in group):
                    group.append(x)
                    break
            else:
                groups.append([x])
        return len(groups)

    def classify(self, unit: Unit) -> str:
        on = self.on(unit.holders)
        row = self.rules.rows[unit.identifier.namespace]
        if len(on) < 2:
            return "shared" if unit.identifier in self.marked else "personal"
        by_limit = 1
        for (namespace, _), values in self.counted(frozenset().union(*on)).items():
            other = self.rules.rows[namespace]
            if namespace != unit.identifier.namespace and other.strength in ("strong", "medium"):
                by_limit = max(by_limit, math.ceil(len(values) / other.limit))
        soft = max(self.groups(on, 1), by_limit)
        shared = self.groups(on, 0) if row.strength == "strong" else soft
        if soft > row.people:
            return "generic"
        return "shared" if shared > 1 or unit.identifier in self.marked else "personal"

    # -- tiers -------------------------------------------------------------------------------------

    def edges(self, strengths: tuple[str, ...], level: str, agree: bool) -> list[Edge]:
        mine = [
            u for u in self.units
            if u.level == level and self.rules.rows[u.identifier.namespace].strength in strengths
        ]  # fmt: skip
        found: set[Edge] = set()
        if agree:
            for identifier in {u.identifier for u in mine}:
                holders = [
                    u.holders for u in mine if u.identifier == identifier and self.classes[u] != "generic"
                ]
                found |= self.agreeing(identifier, self.on(frozenset().union(*holders)))
        else:
            for u in mine:
                if self.classes[u] == "personal":
                    found.add(Edge(u.identifier, "", frozenset(self.on(u.holders))))
                elif self.classes[u] == "shared":
                    found |= self.agreeing(u.identifier, self.on(u.holders))
        return [e for e in found if len(e.on) > 1]

    def scored(self, least: float) -> list[Edge]:
        home = {k: x for x in self.clusters for k in x}

        def edges(floor: float) -> list[Edge]:
            pairs = {frozenset(home[k] for k in pair) for pair, p in self.scores.items() if p >= floor}
            return [Edge(("", "", ""), "", pair) for pair in pairs if len(pair) == 2]

        probable = edges(self.rules.buckets[-1])
        context = self.linkage(set(self.clusters), probable) if probable else []
        found = [e for e in edges(least) if any(e.on <= part for part in context)]
        self.count("thin" if len(found) < len(edges(least)) else "thick")
        return found

    def voices(self, x: Cluster) -> int:
        """Profiles that a model could have compared."""
        able = [
            k for k in x
            if self.seen[k].names or self.seen[k].births or any(k in pair for pair in self.scores)
        ]  # fmt: skip
        return len(able) or 1

    def linkage(self, group: set[Cluster], links: list[Edge]) -> list[set[Cluster]]:
        """Average linkage, level by level, all ties of a level at once (ADR 0008)."""
        total = {
            frozenset((x, y)): sum(
                round(self.scores.get(frozenset((a, b)), 0) * 1000) for a in x for b in y
            )
            for x, y in itertools.combinations(group, 2)
        }  # fmt: skip
        near = {x: {x} | {y for y in group if total.get(frozenset((x, y)), 0) > 0} for x in group}
        step = {}
        for edge in links:
            x, y = edge.on
            step[edge.on] = math.floor(20 * Fraction(len(near[x] & near[y]), len(near[x] | near[y])))
        parts = [frozenset([x]) for x in group]

        def enough(those: Iterable[frozenset[Cluster]]) -> bool:
            weight = pairs = 0
            for one, other in itertools.combinations(those, 2):
                weight += sum(total[frozenset((x, y))] for x in one for y in other)
                pairs += sum(map(self.voices, one)) * sum(map(self.voices, other))
            return Fraction(weight, pairs) >= Fraction(round(self.rules.support * 1000))

        for level in range(20, -1, -1):
            while True:
                graph = nx.Graph()
                for one, other in itertools.combinations(parts, 2):
                    if any(step.get(frozenset((x, y)), -1) >= level for x in one for y in other) and enough(
                        [one, other]
                    ):
                        graph.add_edge(one, other)
                ties = [tie for tie in nx.connected_components(graph) if enough(tie)]
                if not ties:
                    break
                for tie in ties:
                    parts = [p for p in parts if p not in tie] + [frozenset().union(*tie)]
        return [set(part) for part in parts]

    def unite(self, tier: str, group: set[Cluster], edges: list[Edge]) -> None:
        if not tier.startswith("model"):
            self.join(group, edges)
            return
        parts = self.linkage(group, edges)
        if len(parts) > 1:
            self.count("support")
        for part in parts:
            if len(part) > 1:
                self.count(tier)
                self.join(part, [e for e in edges if e.on <= part])

    def agreeing(self, identifier: Identifier, on: set[Cluster]) -> set[Edge]:
        names = set().union(*(self.full_names(x) for x in on)) if on else set()
        return {Edge(identifier, n, frozenset(x for x in on if n in self.full_names(x))) for n in names}

    def run(self) -> Answer:
        self.build_units()
        steward = [
            Edge(tuple(sorted(pair)), "", frozenset(frozenset([k]) for k in pair)) for pair in self.same
        ]
        self.tier("steward", steward, 0)
        stage = None
        for name, strengths, level, agree, strict in TIERS:
            if not strengths:
                least = self.rules.buckets[["undoubted", "certain", "likely", "probable"].index(name[6:])]
                self.tier(name, self.scored(least), strict)
                continue
            if strengths[0] != stage:
                stage = strengths[0]
                group = ("weak", "corroborating") if stage == "weak" else (stage,)
                for u in self.units:
                    if self.rules.rows[u.identifier.namespace].strength in group:
                        self.classes[u] = self.classify(u)
                        self.count(self.classes[u])
            self.tier(name, self.edges(strengths, level, agree), strict)
        return self.finish()

    def tier(self, name: str, edges: list[Edge], level: int) -> None:
        graph = nx.Graph()
        for e in edges:
            graph.add_edges_from((("e", e), ("c", x)) for x in e.on)
        for part in list(nx.connected_components(graph)):
            nodes = {x for kind, x in part if kind == "c"}
            mine = [e for kind, e in part if kind == "e"]
            if len(nodes) > self.rules.budget:
                self.count("overgrown")
                continue
            self.process(name, nodes, mine, level)

    def process(self, tier: str, nodes: set[Cluster], edges: list[Edge], level: int) -> None:
        conflicting = any(self.clash(tier, nodes, a, b, level) for a, b in itertools.combinations(nodes, 2))
        if conflicting:
            self.count("conflict")
            pairs = []
            for a, b in itertools.combinations(nodes, 2):
                shared = {e.identifier for e in edges if a in e.on and b in e.on}
                if len(shared) >= 2:
                    label = min((e.identifier, e.label) for e in edges if a in e.on and b in e.on)
                    pairs.append(Edge(label[0], label[1], frozenset((a, b))))
            graph = nx.Graph(tuple(p.on) for p in pairs)
            for part in list(nx.connected_components(graph)):
                self.count("twice")
                self.decide(tier, set(part), [p for p in pairs if p.on <= part], level)
            now = {x: next(c for c in self.clusters if x <= c) for x in nodes}
            nodes = set(now.values())
            edges = [Edge(e.identifier, e.label, frozenset(now[x] for x in e.on)) for e in edges]
            edges = [e for e in edges if len(e.on) > 1]
        self.decide(tier, nodes, edges, level)

    def decide(self, tier: str, nodes: set[Cluster], edges: list[Edge], level: int) -> None:
        whole = nx.Graph()
        whole.add_nodes_from(("c", x) for x in nodes)
        whole.add_nodes_from(("e", n) for n in range(len(edges)))
        whole.add_edges_from((("e", n), ("c", x)) for n, e in enumerate(edges) for x in e.on)
        left = whole.copy()
        doubts = []
        against = {x: {y for y in nodes if y != x and self.clash(tier, nodes, x, y, level)} for x in nodes}
        for a in nodes:
            for b in against[a]:
                rest = whole.copy()
                rest.remove_nodes_from(("c", x) for x in {a, b} | against[a] | against[b])
                for part in nx.connected_components(rest):
                    near_a = part & set(whole["c", a])
                    near_b = part & set(whole["c", b])
                    if near_a and near_b:
                        left.remove_edges_from((("c", a), p) for p in near_a)
                        left.remove_edges_from((("c", b), p) for p in near_b)
                        doubts.append((a, b, {x for kind, x in part if kind == "c"}))
        home = {}
        groups = [frozenset(x for kind, x in part if kind == "c") for part in nx.connected_components(left)]
        for group in groups:
            for x in group:
                home[x] = group
        for a, b, part in doubts:
            for x in part:
                if home[x] not in (home[a], home[b]):  # [8]
                    self.count("ambiguous")
                    self.locks += [(x, a), (x, b)]
                    self.ambiguous += [(x, a, tier), (x, b, tier)]
        for group in groups:
            if len(group) > 1:
                inside = []
                for n, e in enumerate(edges):
                    on = frozenset(x for kind, x in left["e", n] if kind == "c") & group
                    if len(on) > 1:
                        inside.append(Edge(e.identifier, e.label, on))
                self.unite(tier, set(group), inside)

    # -- limits ------------------------------------------------------------------------------------

    def broken(self, x: Cluster) -> str | None:
        if len(x) > self.rules.cap:
            return "cap"
        over = any(len(v) > self.rules.rows[n].limit for (n, _), v in self.counted(x).items())
        return "limit" if over else None

    def join(self, group: set[Cluster], edges: list[Edge]) -> None:
        together = frozenset().union(*group)
        broken = self.broken(together)
        if broken is None:
            self.clusters = (self.clusters - group) | {together}
            return
        self.count(broken)
        now = {x: x for x in group}
        for e in sorted(edges, key=lambda e: (e.identifier, e.label, sorted(min(x) for x in e.on))):
            heads: list[Cluster] = []
            for x in sorted(e.on, key=min):
                for head in heads:
                    if now[head] == now[x]:
                        break
                    both = now[head] | now[x]
                    if self.broken(both) is None:
                        for y in group:
                            if now[y] <= both:
                                now[y] = both
                        break
                else:
                    heads.append(x)
        self.clusters = (self.clusters - group) | set(now.values())

    # -- afterwards --------------------------------------------------------------------------------

    def finish(self) -> Answer:
        person = {k: x for x in self.clusters for k in x}
        doubts = {(k, min(person[min(a)]), tier) for x, a, tier in self.ambiguous for k in x}
        households = set()
        for u, kind in self.classes.items():
            if kind != "shared":
                continue
            on = self.on(u.holders)
            if u.level == "a" and len(on) > 1:
                households.add((u.identifier, frozenset(min(x) for x in on)))
            for x in on:
                free = [y for y in on if y != x and not self.conflict(x, y, 1)]
                for a, b in itertools.combinations(free, 2):
                    if self.conflict(a, b, 1):
                        self.count("ambiguous-afterwards")
                        doubts |= {(k, min(c), "shared") for k in x for c in (a, b)}
        return Answer(self.clusters, doubts, households, self.shown(), self.reached)

    def shown(self) -> dict[Identifier, str]:
        """One class for each identifier of two holders: of the level that counts, the worst tenure [12]."""
        found = {}
        for identifier in {i for seen in self.seen.values() for i in seen.holds}:
            grades = [s.holds[identifier]["grade"] for s in self.seen.values() if identifier in s.holds]
            if max(len(grades), self.degrees.get(identifier, (0, 0))[1]) < 2:
                continue
            level = "v" if any(RANK[grade] for grade in grades) else "a"
            kinds = [c for u, c in self.classes.items() if u.identifier == identifier and u.level == level]
            found[identifier] = max(kinds, key=["personal", "shared", "generic"].index) if kinds else "hot"
        return found
