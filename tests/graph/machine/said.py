"""What was said, as a plain record, and who is who by it: from scratch, by the oracle, without a database.

It takes messages and judgements as a clerk would and shares no code with the write path or with `resolve`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import networkx as nx

from graph.clock import DAY
from graph.identity.evidence import (
    Grade,
    Holding,
    Identifier,
    Judgement,
    PersonName,
    ProfileEvidence,
    SourceClass,
    Verdict,
)
from graph.identity.rules import Rules
from graph.ingest.message import Message, Sighting
from tests.graph.identity.oracle import Answer, Oracle, PlainRules, Row

Key = tuple[str, str]
Person = frozenset[Key]
Pair = frozenset[Key]
RANK = {Grade.CLAIMED: 0, Grade.TRUSTED: 1, Grade.VERIFIED: 2}


def plain(rules: Rules) -> PlainRules:
    """The rules as the oracle takes them."""
    rows = {
        name: Row(
            strength=rule.strength.value,
            limit=rule.limit,
            people=rule.max_people,
            hot=rule.hot,
            gap=None if rule.gap_days is None else rule.gap_days * DAY,
            one=rule.one_per_person,
            proof=rule.proof.value,
        )
        for name, rule in rules.namespaces.items()
    }
    model = rules.model
    buckets = (model.undoubted, model.certain, model.likely, model.probable)
    return PlainRules(rows, rules.cap, rules.budget, rules.read_limit, buckets, model.floor, model.support)


@dataclass
class Record:
    """What its source has said of one record; `order` is its place among the first commits."""

    key: Key
    order: int
    known: bool = False
    messages: dict[str, bytes] = field(default_factory=dict[str, bytes])
    contacts: int = 0
    sightings: list[tuple[Sighting, int | None]] = field(default_factory=list[tuple[Sighting, int | None]])
    traits: dict[str, list[tuple[bool, int, str, Any]]] = field(
        default_factory=dict[str, list[tuple[bool, int, str, Any]]]
    )

    def hear(self, message: Message) -> None:
        self.messages[message.message_id] = message.content
        self.contacts += message.touchpoint is not None
        self.known |= message.source_class is SourceClass.KNOWN
        self.sightings += [(sighting, message.used_at) for sighting in message.sightings]
        at = message.used_at
        for name, value in message.traits.items():
            said = (at is not None, at or 0, canonical(value), value)
            self.traits.setdefault(name, []).append(said)

    @property
    def identifiers(self) -> set[Identifier]:
        return {sighting.identifier for sighting, _ in self.sightings}

    def newest(self, name: str) -> tuple[bool, int, str, Any] | None:
        return max(self.traits[name], key=lambda said: said[:3]) if name in self.traits else None


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(eq=False)
class Deed:
    """A judgement that stands: what it adds and what it takes away."""

    words: str
    same: list[Pair] = field(default_factory=list[Pair])
    different: list[Pair] = field(default_factory=list[Pair])
    wrong: set[tuple[Key, Identifier]] = field(default_factory=set[tuple[Key, Identifier]])
    shared: set[Identifier] = field(default_factory=set[Identifier])
    content: object = None
    """What makes the same judgement again a repetition."""
    id: str = ""

    def about(self, said: Said) -> set[Key]:
        """The records whose evidence it changes."""
        pairs = set[Key]().union(*self.same, *self.different)
        holders = {key for key, record in said.records.items() if record.identifiers & self.shared}
        return pairs | holders | {key for key, _ in self.wrong}


@dataclass
class Said:
    """All that was said so far."""

    rules: Rules
    records: dict[Key, Record] = field(default_factory=dict[Key, Record])
    deeds: list[Deed] = field(default_factory=list[Deed])
    erased: set[Key] = field(default_factory=set[Key])
    ids: dict[Key, str] = field(default_factory=dict[Key, str])
    """Profile ids, which decide only which profile holds a judged group together."""

    def hear(self, messages: Iterable[Message]) -> Counter[str]:
        """Take a batch; what became of its messages."""
        told: Counter[str] = Counter()
        for message in messages:
            key = (message.source, message.record_id)
            if key in self.erased:
                told["suppressed"] += 1
                continue
            before = self._before(message)
            if before is not None:
                told["duplicates" if before == message.content else "conflicts"] += 1
                continue
            if key not in self.records:
                self.records[key] = Record(key, self._next())
            self.records[key].hear(message)
            told["stored"] += 1
        return told

    def _next(self) -> int:
        return 1 + max((record.order for record in self.records.values()), default=0)

    def _before(self, message: Message) -> bytes | None:
        for record in self.records.values():
            if record.key[0] == message.source and message.message_id in record.messages:
                return record.messages[message.message_id]
        return None

    def erase(self, keys: Collection[Key]) -> None:
        for key in keys:
            del self.records[key]
            self.erased.add(key)
        gone = set(keys)
        for deed in self.deeds:
            deed.same = [pair for pair in deed.same if not pair & gone]
            deed.different = [pair for pair in deed.different if not pair & gone]
            deed.wrong = {(key, value) for key, value in deed.wrong if key not in gone}
            held = {value for record in self.records.values() for value in record.identifiers}
            deed.shared &= held

    # -- evidence -----------------------------------------------------------------------------------

    @property
    def disowned(self) -> set[tuple[Key, Identifier]]:
        return set[tuple[Key, Identifier]]().union(*(deed.wrong for deed in self.deeds))

    @property
    def shared(self) -> set[Identifier]:
        return set[Identifier]().union(*(deed.shared for deed in self.deeds))

    def uses(self) -> dict[tuple[Key, Identifier], Holding]:
        """Every (record, identifier) that was seen, disowned or not."""
        found: dict[tuple[Key, Identifier], Holding] = {}
        for record in self.records.values():
            seen: dict[Identifier, list[tuple[Sighting, int | None]]] = {}
            for sighting, at in record.sightings:
                seen.setdefault(sighting.identifier, []).append((sighting, at))
            for identifier, shown in seen.items():
                times = [at for _, at in shown if at is not None]
                trusted = [
                    at for sighting, at in shown if at is not None and sighting.grade is not Grade.CLAIMED
                ]
                found[record.key, identifier] = Holding(
                    identifier,
                    max((sighting.grade for sighting, _ in shown), key=RANK.__getitem__),
                    min(times, default=None),
                    max(times, default=None),
                    min(trusted, default=None),
                    max(trusted, default=None),
                )
        return found

    def aliases(self, keys: Collection[Key] | None = None) -> dict[Identifier, Identifier]:
        """The least of all values that aliases of these records, or of all, declare one."""
        graph: Any = nx.Graph()
        disowned = self.disowned
        for record in self.records.values():
            if keys is not None and record.key not in keys:
                continue
            for sighting, _ in record.sightings:
                other = sighting.identifier
                own = Identifier(other.namespace, other.scope, record.key[1])
                counts = own in record.identifiers and disowned.isdisjoint(
                    {(record.key, own), (record.key, other)}
                )
                if sighting.alias and counts:
                    graph.add_edge(own, other)
        return {value: min(part) for part in nx.connected_components(graph) for value in part}

    def evidence(
        self,
        keys: Collection[Key] | None = None,
        aliases: Mapping[Identifier, Identifier] = MappingProxyType({}),
    ) -> list[ProfileEvidence]:
        """What counts now of these records, or of all; `aliases` are values under other names."""
        disowned = self.disowned
        holdings: dict[Key, list[Holding]] = {key: [] for key in self.records}
        for (key, identifier), held in self.uses().items():
            if (key, identifier) not in disowned:
                one = aliases.get(identifier, identifier)
                times = (held.first, held.last, held.trusted_first, held.trusted_last)
                holdings[key].append(Holding(one, held.grade, *times))
        found: list[ProfileEvidence] = []
        for record in self.records.values():
            if keys is not None and record.key not in keys:
                continue
            name, birth = record.newest("name"), record.newest("birthDate")
            value = name[3] if name else {}
            person = PersonName(value.get("full"), value.get("family"), value.get("given"))
            found.append(
                ProfileEvidence(
                    record.key,
                    names=frozenset() if person == PersonName() else frozenset({person}),
                    birth_dates=frozenset({birth[3]} if birth else ()),
                    holdings=tuple(holdings[record.key]),
                )
            )
        return found

    def judgements(self) -> list[Judgement]:
        return [
            Judgement(*sorted(pair), verdict)
            for deed in self.deeds
            for verdict, pairs in ((Verdict.SAME_AS, deed.same), (Verdict.DIFFERENT_FROM, deed.different))
            for pair in pairs
        ]

    # -- who is who ---------------------------------------------------------------------------------

    def answer(self) -> Answer:
        """From scratch: what is read together by values as they are, each resolved with the aliases said in it."""
        whole = Answer(set(), set(), set(), {}, {})
        degrees = self.degrees()
        for keys, step in self.pieces():
            aliases = self.aliases(keys)
            most = dict(degrees)
            for value, one in aliases.items():
                counts = (most.get(one, (0, 0)), degrees.get(value, (0, 0)))
                most[one] = (max(c[0] for c in counts), max(c[1] for c in counts))
            found = Oracle(
                self.evidence(keys, aliases),
                self.judgements(),
                plain(self.rules),
                most,
                shared={aliases.get(value, value) for value in self.shared},
                step=step,
            ).run()
            whole.partition |= found.partition
            whole.ambiguous |= found.ambiguous
            whole.reached.update(found.reached)
            if step:
                whole.reached["read-limit"] = 1
        return whole

    def degrees(self) -> dict[Identifier, tuple[int, int]]:
        """How many hold each value (trusted, all)."""
        found: dict[Identifier, tuple[int, int]] = {}
        for one in self.evidence():
            for held in one.holdings:
                trusted, every = found.get(held.identifier, (0, 0))
                found[held.identifier] = (trusted + bool(RANK[held.grade]), every + 1)
        return found

    def pieces(self) -> list[tuple[frozenset[Key], int]]:
        """Who is read together, and how far the read limit took apart what hangs together."""
        oracle = Oracle(self.evidence(), self.judgements(), plain(self.rules))
        oracle.build_units()
        parts: dict[int, set[Key]] = {}
        for key, piece in oracle.piece.items():
            parts.setdefault(piece, set()).add(key)
        return [(frozenset(part), oracle.level[min(part)]) for part in parts.values()]

    def components(self) -> dict[Key, frozenset[Key]]:
        """Who is read together with each record."""
        return {key: part for part, _ in self.pieces() for key in part}

    def people(self) -> dict[Key, Person]:
        return {key: person for person in self.answer().partition for key in person}

    def founder(self, person: Person) -> Key:
        """Known before anonymous, then first committed."""
        return min(person, key=lambda key: (not self.records[key].known, self.records[key].order))

    def readers(self, keys: Collection[Key]) -> set[Key]:
        """All who hold an identifier that one of these holds, and these: theirs is the read set touched."""
        aliases = self.aliases()
        found = set(keys)
        held = {
            aliases.get(value, value)
            for key in keys
            if key in self.records
            for value in self.records[key].identifiers
        }
        for record in self.records.values():
            if any(aliases.get(value, value) in held for value in record.identifiers):
                found.add(record.key)
        return found

    # -- judging ------------------------------------------------------------------------------------

    def forbidden(self, ours: Person, theirs: Person) -> bool:
        """Whether proven values or a judgement say that these are two people."""
        proven: dict[tuple[str, str], list[set[str]]] = {}
        components = self.components()
        near = frozenset[Key]().union(*(components[key] for key in ours | theirs))
        for one in self.evidence(near, self.aliases(near)):
            for held in one.holdings:
                row = self.rules.namespace(held.identifier.namespace)
                if row.one_per_person and RANK[held.grade] >= RANK[row.proof]:
                    space = (held.identifier.namespace, held.identifier.scope)
                    sides = proven.setdefault(space, [set(), set()])
                    for side, part in zip(sides, (ours, theirs), strict=True):
                        if one.key in part:
                            side.add(held.identifier.value)
        if any(mine and other and len(mine | other) > 1 for mine, other in proven.values()):
            return True
        banned = (pair for deed in self.deeds for pair in deed.different)
        return any(pair & ours and pair & theirs for pair in banned)

    def judge(
        self, deed: Deed, *, together: Sequence[Person] = (), joins: tuple[Person, Person] | None = None
    ) -> bool:
        """Let a judgement stand, holding each group of `together` by its word; False where it is refused."""
        if joins and self.forbidden(*joins):
            return False
        self.deeds.append(deed)
        people = self.people()
        loose = [group for group in together if len({people[key] for key in group}) > 1]
        for group in loose:
            first, *others = sorted(group, key=self.ids.__getitem__)
            deed.same += [
                frozenset((first, other)) for other in others if frozenset((first, other)) not in deed.same
            ]
        if loose and joins:
            people = self.people()
            if len({people[key] for key in joins[0] | joins[1]}) > 1:
                self.deeds.remove(deed)
                return False
        return True
