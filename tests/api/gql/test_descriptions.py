"""Everything in the schema is described in sentences, for GraphiQL and for generated clients."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
)

import api.gql.schema
from api.gql.described import CURSOR, PAGE_INFO, describe_enum

OF_THE_FEDERATION: Final = ("_", "link__")
"""Types and fields that a gateway's protocol prescribes, and strawberry writes."""

SCHEMA: Final = api.gql.schema.build_schema().core


def descriptions(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """The description of each type, field, argument, input field and enum value, by its coordinate."""
    for name, made in schema.type_map.items():
        if is_introspection_type(made) or name.startswith(OF_THE_FEDERATION):
            continue
        yield name, made.description
        if isinstance(made, GraphQLObjectType | GraphQLInterfaceType):
            for field, found in made.fields.items():
                if field != "_service":
                    yield f"{name}.{field}", found.description
                for argument, taken in found.args.items():
                    yield f"{name}.{field}({argument}:)", taken.description
        elif isinstance(made, GraphQLInputObjectType):
            for field, given in made.fields.items():
                yield f"{name}.{field}", given.description
        elif isinstance(made, GraphQLEnumType):
            for value, of in made.values.items():
                yield f"{name}.{value}", of.description


def undescribed(schema: GraphQLSchema) -> list[str]:
    """The coordinates of what is described by no sentence."""
    return [at for at, told in descriptions(schema) if not (told or "").strip().endswith(".")]


def test_everything_is_described_in_sentences() -> None:
    assert undescribed(SCHEMA) == []


def test_what_is_not_described_is_found() -> None:
    schema = build_schema(
        """
        "What can be asked."
        type Query { "No sentence" a(b: In): E }
        input In { c: Int }
        enum E { F }
        """
    )
    assert sorted(undescribed(schema)) == ["E", "E.F", "In", "In.c", "Query.a", "Query.a(b:)"]


def test_pages_are_described_alike() -> None:
    """One word for one thing: what Relay gives all pages is described in one place."""
    told = dict(descriptions(SCHEMA))
    edges = {at.split(".")[0] for at in told if at.endswith("Edge.cursor")}
    pages = {at.split(".")[0] for at in told if at.endswith("Connection.pageInfo")}
    assert len(edges) == len(pages) > 5
    assert {told[f"{name}.cursor"] for name in edges} == {CURSOR}
    assert {told[f"{name}.pageInfo"] for name in pages} == {PAGE_INFO}


class _Colour(Enum):
    RED = "red"
    BLUE = "blue"


def test_an_enum_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Colour\.BLUE has no description"):
        describe_enum(_Colour, {_Colour.RED: "Red."}, name="Colour", description="A colour.")
