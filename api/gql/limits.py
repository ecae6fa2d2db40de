"""How large a document may be, judged before it is validated: validation itself costs more than linear time.

Everything is computed once per fragment and added up with saturation, since fragments can nest exponentially.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

MAX_TOKENS: Final = 2_000
MAX_DEPTH: Final = 12
MAX_INTROSPECTION_DEPTH: Final = 15
MAX_ALIASES: Final = 15
MAX_FIELDS: Final = 500
MAX_REPEATS: Final = 50
MAX_OPERATIONS: Final = 5
MAX_FRAGMENTS: Final = 50
MAX_DIRECTIVES: Final = 50

_SATURATED: Final = 1_000_000
_INTROSPECTION: Final = frozenset({"__schema", "__type", "_service"})
"""Federation's `_service` tells the whole schema, too."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The size of a selection with all its fragments; each number is capped at a million.

    `repeats` counts fields beyond the first under one response key in one selection: validation compares
    them in pairs.
    """

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    repeats: int = 0
    directives: int = 0
    introspects: bool = False

    def plus(self, other: Measure) -> Measure:
        """Two selections beside each other."""
        return Measure(
            depth=max(self.depth, other.depth),
            aliases=min(self.aliases + other.aliases, _SATURATED),
            fields=min(self.fields + other.fields, _SATURATED),
            repeats=min(self.repeats + other.repeats, _SATURATED),
            directives=min(self.directives + other.directives, _SATURATED),
            introspects=self.introspects or other.introspects,
        )


def measure(document: DocumentNode) -> Measure:
    """The size of a document: the sum over its operations; fragments that nobody uses count once."""
    sizes = _Sizes(document)
    total = Measure()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            total = total.plus(sizes.of(definition.selection_set))
        elif isinstance(definition, FragmentDefinitionNode):
            own = sizes.of_fragment(definition.name.value)
            total = total.plus(Measure(depth=own.depth, repeats=own.repeats, introspects=own.introspects))
    return total


def check(document: DocumentNode) -> Measure:
    """The size of a document; raises GraphQLError naming the first limit that it breaks."""
    definitions = [type(definition) for definition in document.definitions]
    _within(definitions.count(OperationDefinitionNode), MAX_OPERATIONS, "operations")
    _within(definitions.count(FragmentDefinitionNode), MAX_FRAGMENTS, "fragments")
    size = measure(document)
    _within(size.depth, MAX_INTROSPECTION_DEPTH if size.introspects else MAX_DEPTH, "levels of depth")
    _within(size.aliases, MAX_ALIASES, "aliases")
    _within(size.fields, MAX_FIELDS, "fields")
    _within(size.repeats, MAX_REPEATS, "repeated fields")
    _within(size.directives, MAX_DIRECTIVES, "directives")
    return size


def _within(found: int, limit: int, what: str) -> None:
    if found > limit:
        raise GraphQLError(f"The document has more than {limit} {what}.")


class _Sizes:
    """Measures of one document's fragments, each computed once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Measure] = {}

    def of_fragment(self, name: str) -> Measure:
        """A fragment's size; nothing for an unknown one or one inside itself, which validation refuses."""
        known = self._known.get(name)
        if known is not None:
            return known
        fragment = self._fragments.get(name)
        if fragment is None:
            return Measure()
        self._known[name] = Measure()
        found = self._known[name] = self.of(fragment.selection_set)
        return found

    def of(self, selections: SelectionSetNode) -> Measure:
        """A selection set's size."""
        total = Measure()
        keys: set[str] = set()
        for selection in selections.selections:
            directives = len(selection.directives or ())
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                total = total.plus(self._of_field(selection, repeats=int(key in keys), directives=directives))
                keys.add(key)
            elif isinstance(selection, InlineFragmentNode):
                total = total.plus(self.of(selection.selection_set)).plus(Measure(directives=directives))
            elif isinstance(selection, FragmentSpreadNode):
                total = total.plus(self.of_fragment(selection.name.value)).plus(
                    Measure(directives=directives)
                )
        return total

    def _of_field(self, field: FieldNode, *, repeats: int, directives: int) -> Measure:
        below = self.of(field.selection_set) if field.selection_set else Measure()
        return Measure(
            depth=below.depth + 1,
            aliases=below.aliases + (field.alias is not None),
            fields=below.fields + 1,
            repeats=below.repeats + repeats,
            directives=below.directives + directives,
            introspects=below.introspects or field.name.value in _INTROSPECTION,
        )
