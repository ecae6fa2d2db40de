"""Documents made ready once for all requests: parsed, measured, validated; held in a bounded cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules, validate
from strawberry.extensions import SchemaExtension

from api.gql import limits
from api.gql.cost import Cost
from api.gql.guard import Field, asked_fields

CACHED_DOCUMENTS: Final = 256
LONGEST_CACHED: Final = 16_384
"""In characters: a longer document is made ready each time, so that the cache stays small."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document and what is wrong with it; `document` is None where it does not parse or is over a limit."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    introspects: bool = False
    cost: Cost | None = None
    """Of a valid document what its operations cost."""
    fields: Mapping[str | None, frozenset[Field]] = field(default_factory=dict[str | None, frozenset[Field]])
    """Of a valid document what each of its operations may read."""


class Documents:
    """The most recently used documents by their text; for one event loop."""

    def __init__(self, schema: GraphQLSchema, *, suggestions: bool) -> None:
        """Without `suggestions`, errors do not tell names that were not asked for."""
        self._schema = schema
        self._suggestions = suggestions
        self._held: OrderedDict[str, Prepared] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def prepare(self, text: str) -> Prepared:
        """The document of this text; never raises, every text has an answer."""
        held = self._held.get(text)
        if held is not None:
            self._held.move_to_end(text)
            return held
        prepared = self._prepare(text)
        if len(text) <= LONGEST_CACHED:
            self._held[text] = prepared
            if len(self._held) > CACHED_DOCUMENTS:
                self._held.popitem(last=False)
        return prepared

    def _prepare(self, text: str) -> Prepared:
        try:
            document = parse(text, max_tokens=limits.MAX_TOKENS)
            size = limits.check(document)
            errors = validate(
                self._schema,
                document,
                specified_rules,
                max_errors=5,
                hide_suggestions=not self._suggestions,
            )
        except GraphQLError as error:
            return Prepared(None, (error,))
        except RecursionError:
            return Prepared(None, (GraphQLError("The document nests too deep."),))
        if errors:
            return Prepared(document, tuple(errors), size.introspects)
        return Prepared(
            document,
            introspects=size.introspects,
            cost=Cost(self._schema, document),
            fields=asked_fields(self._schema, document),
        )


class UsePrepared(SchemaExtension):
    """Gives strawberry the document that the view made ready, so that no work is done twice."""

    def on_parse(self) -> Iterator[None]:
        """Instead of parsing."""
        self.execution_context.graphql_document = self.execution_context.context.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Instead of validating: the view executes valid documents only."""
        self.execution_context.pre_execution_errors = []
        yield
