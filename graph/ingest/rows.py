"""The rows of `ingest.write_batch`, from a decision; sorted by key, so that every writer locks in one order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from graph.clock import new_id
from graph.identity.changes import identity_changes
from graph.identity.place import Placed, Placement
from graph.ingest.acquaintance import acquaintances
from graph.ingest.change import Changes, EdgeChange, ProfileChange
from graph.ingest.decide import Decision
from graph.ingest.draft import Draft
from graph.profile.traits import NAME, analysis_values
from graph.search.tokens import SearchTokens

_EPOCH_SHIFT = 62_135_596_800_000_000
"""Microseconds from the year 1 to 1970: makes every time we accept a non-negative number."""

_ANALYSIS_FIELDS = ("country", "operator", "domain", "birthYear", "gender", "regionCode")
_COLUMNS = (
    "channel",
    "campaign",
    "dealer",
    "consultant",
    "model",
    "content",
    "durationSeconds",
    "amountMinor",
    "currency",
)
_REMEMBERED = 50_000
_REFERENCES = ("channel", "campaign", "content", "dealer", "consultant")

Rows = dict[str, list[Any]]

LISTS = (
    "identifiers", "founders", "joiners", "profiles", "components", "has", "claims", "uses", "upgrades",
    "references", "vehicles", "touchpoints", "messages", "shows", "about", "drives", "known", "users", "moves",
    "opens", "reasons", "retired", "candidates", "deadLetters", "touchedComponents", "touchedProfiles",
    "touchedUsers", "changes",
)  # fmt: skip
"""The lists of `ingest.write_batch`; a test holds them against its text."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message kept aside, sealed under its source's key of the month."""

    key: str
    source: str
    reason: str
    detail: str
    month: str
    record_key: str | None
    payload: bytes


@dataclass(slots=True)
class References:
    """Channels, campaigns, contents, dealers and consultants known to be in the graph; begins anew when full."""

    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def missing(self, needed: Mapping[str, set[str]]) -> list[list[Any]]:
        """Rows of those not known yet."""
        rows = [[kind, sorted(ids - self.seen[kind])] for kind, ids in sorted(needed.items())]
        return [row for row in rows if row[1]]

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Remember rows that were committed."""
        for kind, ids in rows:
            if len(self.seen[kind]) + len(ids) > _REMEMBERED:
                self.seen[kind].clear()  # clients choose these ids: memory must not grow with them
            self.seen[kind].update(ids)


def sort_key(occurred_at: int, unique: str) -> str:
    """One sortable text for a touchpoint: its time, then something unique."""
    return f"{occurred_at + _EPOCH_SHIFT:018d}{unique}"


def time_of(key: str) -> int:
    """The time in a touchpoint's sort key, µs."""
    return int(key[:18]) - _EPOCH_SHIFT


def empty_rows() -> Rows:
    """A write of nothing, to be added to."""
    return {name: [] for name in LISTS}


def sort_rows(rows: Rows) -> None:
    """Sort every list by key, so that every writer locks in one order."""
    for name in LISTS:
        if name != "founders":  # in order of commit: their place gives `seq`
            rows[name].sort(key=_first)


def build_rows(
    changes: Changes,
    decision: Decision,
    *,
    known_identifiers: Iterable[str],
    references: References,
    search: SearchTokens,
    dead_letters: Sequence[DeadLetter],
) -> Rows:
    """Every list of the write."""
    rows = empty_rows()
    present = set(known_identifiers)
    needed: dict[str, set[str]] = defaultdict(set)
    for place, change in enumerate(changes.profiles.values()):
        _profile_rows(rows, change, decision, place, search)
        _edge_rows(rows, change, present, search)
        _fact_rows(rows, change, needed)
    identity_rows(rows, decision, {c.id for c in changes.profiles.values() if c.known is None})
    rows["references"] = references.missing(needed)
    rows["deadLetters"] = [
        [d.key, new_id(), d.source, d.reason, d.detail, d.month, d.record_key, d.payload]
        for d in dead_letters
    ]
    _touched_rows(rows, changes, decision)
    sort_rows(rows)
    return rows


def _first(row: Any) -> Any:
    return row if isinstance(row, str) else row[0]


def _profile_rows(
    rows: Rows, change: ProfileChange, decision: Decision, place: int, search: SearchTokens
) -> None:
    seal = change.sealer
    traits = seal.seal_json("traits", change.traits) if change.traits else None
    analysis = analysis_values(change.traits) if change.traits else (None,) * 4
    if change.known is not None:
        if change.traits_before is not None or change.first_seen is not None or _class_changed(change):
            spoken = traits if change.traits != change.traits_before else None
            renamed = spoken is not None and change.traits.get(NAME) != (change.traits_before or {}).get(NAME)
            tokens = search.of_traits(change.traits) if renamed else None
            row = [change.id, spoken, *analysis, change.first_seen, change.last_seen, change.founder_class]
            rows["profiles"].append([*row, tokens, renamed])
        return
    placement = decision.placements[change.id]
    row = [
        change.id, change.source, change.record_key, seal.seal("recordId", change.record_id.encode()),
        decision.birth_ids[change.id], place, change.founder_class, placement.component, traits, *analysis,
        change.first_seen, change.last_seen, search.of_traits(change.traits),
    ]  # fmt: skip
    if placement.founds:
        rows["founders"].append([*row, *_why(placement)])
    else:
        rows["joiners"].append(row)


def _class_changed(change: ProfileChange) -> bool:
    return change.known is not None and change.founder_class != change.known.founder_class


def _why(placement: Placement) -> list[str]:
    return [placement.reason.tier, placement.reason.rule, placement.reason.namespace]


def _edge_rows(rows: Rows, change: ProfileChange, present: set[str], search: SearchTokens) -> None:
    for key, edge in change.edges.items():
        if key not in present:
            present.add(key)
            identifier, analysis = edge.sighting.identifier, edge.sighting.analysis
            rows["identifiers"].append(
                [key, identifier.namespace, identifier.scope, edge.sighting.mask]
                + [analysis.get(name) for name in _ANALYSIS_FIELDS]
                + [search.of_identifier(identifier)]
            )
        if edge.before is None:
            rows["has" if edge.after.trusted else "claims"].append(_new_edge(change, key, edge))
        else:
            raised = edge.after.trusted and not edge.before.trusted
            rows["upgrades" if raised else "uses"].append(_changed_edge(change, key, edge))


def _new_edge(change: ProfileChange, key: str, edge: EdgeChange) -> list[Any]:
    use = edge.after
    value = change.sealer.seal(f"value:{key}", edge.sighting.identifier.value.encode())
    times = [use.first, use.last, use.trusted_first, use.trusted_last]
    return [change.id, key, value, use.grade.value, *times, edge.messages, use.alias or None]


def _changed_edge(change: ProfileChange, key: str, edge: EdgeChange) -> list[Any]:
    use = edge.after
    times = [use.first, use.last, use.trusted_first, use.trusted_last]
    return [
        change.id,
        key,
        *times,
        use.grade.value if use.trusted else None,
        edge.messages,
        use.alias or None,
    ]


def _fact_rows(rows: Rows, change: ProfileChange, needed: dict[str, set[str]]) -> None:
    touchpoints, messages = list[list[Any]](), list[list[Any]]()
    for item in change.drafts:
        head = [
            item.key,
            item.message.type.value,
            item.content,
            change.sealer.seal(f"payload:{item.key}", item.message.payload),
        ]
        if item.message.touchpoint is None:
            messages.append(head)
        else:
            touchpoints.append([*head, *_touchpoint_columns(item, needed)])
            content = item.message.touchpoint.clear.get("content")
            if content is not None:
                rows["shows"].append([item.key, content])
        _vehicle_rows(rows, change, item)
    if touchpoints:
        rows["touchpoints"].append([change.id, touchpoints])
    if messages:
        rows["messages"].append([change.id, messages])
    for dealer, known in acquaintances(item.message for item in change.drafts).items():
        needed["dealer"].add(dealer)
        rows["known"].append(known.row(change.id, dealer))


def _touchpoint_columns(item: Draft, needed: dict[str, set[str]]) -> list[Any]:
    message, fact = item.message, item.message.touchpoint
    assert fact is not None  # noqa: S101 - narrowed by the caller
    clear = dict(fact.clear)
    for kind in _REFERENCES:
        if kind in clear:
            needed[kind].add(str(clear[kind]))
    columns = [clear.pop(name, None) for name in _COLUMNS]
    details = orjson.dumps(clear, option=orjson.OPT_SORT_KEYS).decode() if clear else None
    at = sort_key(message.occurred_at, new_id())
    times = [message.occurred_at, message.received_at]
    return [at, fact.kind, fact.event, *times, *columns, details, item.fact, fact.due_at]


def _vehicle_rows(rows: Rows, change: ProfileChange, item: Draft) -> None:
    vehicle, key = item.message.vehicle, item.vehicle_key
    if vehicle is None or key is None:
        return
    rows["vehicles"].append([key, vehicle.mask, vehicle.model])
    if item.message.touchpoint is not None:
        rows["about"].append([item.key, key])
    if vehicle.role:
        at = item.message.used_at
        since = at if vehicle.role == "owner" else None
        sealed = change.sealer.seal(f"vin:{key}", vehicle.vin.encode())
        rows["drives"].append([change.id, key, sealed, vehicle.role, at, at, since])


def identity_rows(rows: Rows, decision: Placed, newborn: Collection[str] = ()) -> None:
    """Add the rows of who goes where; those of `newborn` profiles are opened with them."""
    for id_, placement in decision.placements.items():
        before = decision.before.get(id_)
        if id_ in newborn:
            if not placement.founds:
                rows["opens"].append([id_, placement.one_id, *_why(placement)])
            continue
        if before is None or before.one_id != placement.one_id:
            rows["moves"].append([id_])
            rows["opens"].append([id_, placement.one_id, *_why(placement)])
        elif before.reason != placement.reason:
            rows["reasons"].append([id_, *_why(placement)])
        if before is None or before.component != placement.component:
            rows["components"].append([id_, placement.component])
    rows["users"] = list(decision.revived)
    rows["retired"] = list(decision.retired)
    rows["candidates"] = [[id_, list(users), tier] for id_, (users, tier) in decision.candidates.items()]
    rows["changes"] = [change.to_json() for change in identity_changes(decision)]


def placed_rows(
    placed: Placed, *, profiles: Iterable[str], components: Iterable[str] = (), users: Iterable[str] = ()
) -> Rows:
    """Rows of a write that brings no messages: who goes where, and what else it touches."""
    rows = empty_rows()
    identity_rows(rows, placed)
    rows["touchedComponents"] = sorted(touched_components(placed).union(components))
    rows["touchedProfiles"] = sorted(profiles)
    rows["touchedUsers"] = sorted(touched_users(placed).union(users))
    sort_rows(rows)
    return rows


def _touched_rows(rows: Rows, changes: Changes, decision: Decision) -> None:
    components = decision.guards | touched_components(decision)
    components |= {
        c.known.component
        for c in changes.profiles.values()
        if c.known and (c.identity_changed or c.traits_before is not None)
    }
    rows["touchedComponents"] = sorted(components)
    rows["touchedProfiles"] = sorted(changes.profiles)
    rows["touchedUsers"] = sorted(touched_users(decision))


def touched_components(placed: Placed) -> set[str]:
    """The components that were resolved again, as they were and as they are."""
    found = {p.component for p in placed.placements.values()}
    return found | {p.component for p in placed.before.values() if p.component}


def touched_users(placed: Placed) -> set[str]:
    """The oneIds of those who were placed, now and before."""
    found = {p.one_id for p in placed.placements.values()}
    return found | {b.one_id for i, b in placed.before.items() if b.one_id and i in placed.placements}
