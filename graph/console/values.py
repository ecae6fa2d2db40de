"""Neo4j's values as JSON that keeps their type, with what nobody is to see hidden. Pure.

| value | JSON |
| --- | --- |
| null, boolean, string, list, map | themselves; a map with a `$key` is `{"$type": "map", "value": {…}}` |
| integer | a number; beyond ±(2⁵³ - 1) `{"$type": "integer", "value": "9007199254740993"}` |
| float | a number; `{"$type": "float", "value": "NaN"}` for NaN and the infinities |
| node | `{"$type": "node", "ref": 1, "labels": […], "id": {"oneId": …}, "properties": {…}}` |
| relationship | `{"$type": "relationship", "ref": 1, "type": …, "start": 1, "end": 2, "properties": {…}}` |
| path | `{"$type": "path", "nodes": […], "relationships": […]}` |
| date, time, localtime, datetime, localdatetime, duration | `{"$type": "date", "value": "2026-11-28"}` … |
| point | `{"$type": "point", "srid": 7203, "coordinates": [1.0, 2.0]}` |

`ref` numbers the nodes, and the relationships, of one answer; `start` and `end` are refs of nodes. `id` is the
property that the label is found by, where that is no blind index. Neo4j's element ids stay inside.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date as python_date
from typing import Any, Final, TypeAlias, cast

from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time

from graph.console.hidden import (
    BLIND,
    BLIND_PROPERTIES,
    SEALED,
    are_tokens,
    is_sealed,
    mask_text,
    of_name,
    properties_of,
)
from graph.vocabulary import NODES

Json: TypeAlias = Any

LARGEST: Final = 2**53 - 1
"""The largest integer that every JSON reader keeps."""

_SIMPLE: Final = frozenset({type(None), bool, str, int, float, bytes})
"""Most values; they need not be asked what else they may be."""

_DEEPEST: Final = 100
_TYPE: Final = "$type"
_IDENTITY: Final[Mapping[str, str]] = {
    node.label: node.unique[0][0]
    for node in NODES
    if node.unique
    and len(node.unique[0]) == 1
    and node.unique[0][0] not in BLIND_PROPERTIES.get(node.label, frozenset())
}

Opened: TypeAlias = Mapping[str, Mapping[str, Json]]
"""Clear values by element id and property, of entities whose column is revealed."""


class Encoder:
    """Makes JSON of the values of one answer; remembers which nodes and relationships it has met."""

    def __init__(self) -> None:
        self._nodes: dict[str, int] = {}
        self._relationships: dict[str, int] = {}

    def encode(self, value: Any, opened: Opened | None = None) -> Json:
        """The value as JSON; of entities named in `opened`, these properties are clear."""
        return self._any(value, opened or {}, 0)

    def _any(self, value: Any, opened: Opened, depth: int) -> Json:
        if type(value) in _SIMPLE:
            return _simple(value)
        if isinstance(value, Node):
            return self._node(value, opened, depth)
        if isinstance(value, Relationship):
            return self._relationship(value, opened, depth)
        if isinstance(value, Path):
            return self._path(value, opened, depth)
        if isinstance(value, Mapping):
            return self._map(cast("Mapping[Any, Any]", value), opened, depth)
        return (
            self._list(cast("list[Any]", value), opened, depth) if isinstance(value, list) else _simple(value)
        )

    def _path(self, path: Path, opened: Opened, depth: int) -> Json:
        return {
            _TYPE: "path",
            "nodes": [self._node(node, opened, depth) for node in path.nodes],
            "relationships": [self._relationship(one, opened, depth) for one in path.relationships],
        }

    def _node(self, node: Node, opened: Opened, depth: int) -> Json:
        labels = sorted(node.labels)
        properties = dict(node.items())
        shown = self._properties(labels, properties, opened.get(node.element_id, {}), opened, depth)
        identity = next((_IDENTITY[label] for label in labels if label in _IDENTITY), None)
        found: dict[str, Json] = {
            _TYPE: "node",
            "ref": _number(self._nodes, node.element_id),
            "labels": labels,
        }
        if identity is not None and identity in properties:
            found["id"] = {identity: shown[identity]}
        return found | {"properties": shown}

    def _relationship(self, one: Relationship, opened: Opened, depth: int) -> Json:
        start, end = one.nodes
        return {
            _TYPE: "relationship",
            "ref": _number(self._relationships, one.element_id),
            "type": one.type,
            "start": _number(self._nodes, start.element_id) if start is not None else None,
            "end": _number(self._nodes, end.element_id) if end is not None else None,
            "properties": self._properties(
                [one.type], dict(one.items()), opened.get(one.element_id, {}), opened, depth
            ),
        }

    def _properties(
        self,
        kinds: Sequence[str],
        properties: Mapping[str, Any],
        clear: Mapping[str, Json],
        opened: Opened,
        depth: int,
    ) -> dict[str, Json]:
        hidden = properties_of(kinds, properties)
        return {
            name: clear[name] if name in clear else hidden.get(name) or self._any(value, opened, depth + 1)
            for name, value in sorted(properties.items())
        }

    def _map(self, value: Mapping[Any, Any], opened: Opened, depth: int) -> Json:
        if depth > _DEEPEST:
            return _typed("deep", None)
        made = {
            mask_text(str(name)): of_name(str(name), one) or self._any(one, opened, depth + 1)
            for name, one in value.items()
        }
        return _typed("map", made) if any(name.startswith("$") for name in made) else made

    def _list(self, values: Sequence[Any], opened: Opened, depth: int) -> Json:
        if depth > _DEEPEST:
            return _typed("deep", None)
        if is_sealed(values):
            return SEALED
        if are_tokens(values):
            return BLIND
        return [self._any(value, opened, depth + 1) for value in values]


def _number(known: dict[str, int], element_id: str) -> int:
    return known.setdefault(element_id, len(known) + 1)


def _typed(kind: str, value: Json) -> Json:
    return {_TYPE: kind, "value": value}


def _float_text(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _simple(value: Any) -> Json:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, int):
        return value if -LARGEST <= value <= LARGEST else _typed("integer", str(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else _typed("float", _float_text(value))
    return SEALED if isinstance(value, bytes | bytearray) else _scalar(value)


def _scalar(value: Any) -> Json:
    if isinstance(value, Point):
        return {_TYPE: "point", "srid": value.srid, "coordinates": [float(part) for part in value]}
    if isinstance(value, DateTime):
        return _typed("datetime" if value.tzinfo is not None else "localdatetime", _zoned(value))
    if isinstance(value, Date | python_date):
        return _typed("date", value.isoformat() if isinstance(value, python_date) else value.iso_format())
    if isinstance(value, Time):
        return _typed("time" if value.tzinfo is not None else "localtime", value.iso_format())
    if isinstance(value, Duration):
        return _typed("duration", value.iso_format())
    return _typed("unknown", mask_text(str(value)))


def _zoned(value: DateTime) -> str:
    text = value.iso_format()
    zone = getattr(value.tzinfo, "zone", None) or getattr(value.tzinfo, "key", None)
    return f"{text}[{zone}]" if zone else text
