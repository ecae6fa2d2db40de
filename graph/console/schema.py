"""What an editor completes: labels, types and properties with what they mean, functions and procedures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.console.allowed import Allowed
from graph.console.hidden import BLIND_PROPERTIES, SEALED_PROPERTIES
from graph.vocabulary import LABELS, NODES, RELATIONSHIPS, TYPES


@dataclass(frozen=True, slots=True)
class Property:
    """A property; `shown` is plain, sealed or blind."""

    name: str
    meaning: str
    shown: str


@dataclass(frozen=True, slots=True)
class Label:
    """A label with its properties; what the product does not know has no meaning and none of them."""

    name: str
    meaning: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class RelationshipType:
    """A relationship type, the labels it joins, and its properties."""

    name: str
    meaning: str
    joins: tuple[tuple[str, str], ...]
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """All that can be named in a statement."""

    server: str
    labels: tuple[Label, ...]
    types: tuple[RelationshipType, ...]
    properties: tuple[str, ...]
    functions: tuple[str, ...]
    procedures: tuple[str, ...]


def schema_of(
    server: str, allowed: Allowed, *, labels: Sequence[str], types: Sequence[str], properties: Iterable[str]
) -> Schema:
    """The declared vocabulary, and what the graph has besides."""
    return Schema(
        server=server,
        labels=tuple(
            Label(node.label, node.meaning, _properties(node.label, node.properties)) for node in NODES
        )
        + tuple(Label(name, "", ()) for name in sorted(set(labels) - LABELS)),
        types=tuple(
            RelationshipType(one.type, one.meaning, one.joins, _properties(one.type, one.properties))
            for one in RELATIONSHIPS
        )
        + tuple(RelationshipType(name, "", (), ()) for name in sorted(set(types) - TYPES)),
        properties=tuple(sorted(properties)),
        functions=tuple(sorted(allowed.functions)),
        procedures=tuple(sorted(allowed.procedures)),
    )


def _properties(kind: str, properties: Mapping[str, str]) -> tuple[Property, ...]:
    return tuple(Property(name, meaning, _shown(kind, name)) for name, meaning in properties.items())


def _shown(kind: str, name: str) -> str:
    if name in SEALED_PROPERTIES.get(kind, ()):
        return "sealed"
    return "blind" if name in BLIND_PROPERTIES.get(kind, ()) else "plain"
