"""The schema: current in git, and complete against the catalogue and the policy."""

from __future__ import annotations

import re

from graphql import GraphQLObjectType, parse, print_ast

from api.gql.profile.touchpoints import BY_KIND, type_name
from api.gql.schema import RELEASED_FILE, SDL_FILE, breaking, build_schema, sdl
from api.gql.selection import KINDS
from graph.ingest.catalogue import EVENT_TYPES

SCRIPTED = """
user(oneId: ID!, asOf: DateTime): User
userByIdentifier(namespace: String!, value: String!, asOf: DateTime): User
usersByIdentifier(namespace: String!, value: String!, asOf: DateTime, first: Int = 20): IdentifierHolders
users(first: Int = 20, after: String): UserConnection
node(id: ID!): Node
touchpoints(first: Int = 20, after: String, filter: TouchpointFilter): TouchpointConnection!
"""

MASKED = {
    "Identifier.value",
    "Vehicle.vin",
    "GoldenField.value",
    "GoldenAlternative.value",
    "ValueProvenance.why",
    "Tag.why",
}
EXPLAINED = {"ExplainedIdentifier.value", "ExplainedRecord.recordId", "Query.why"}
"""Explanations: masked, or null, for whom values are masked (`test_explanations.py`); `Query.why` is a question."""

JUDGED = {"Judgement.why", "MarkedIdentifier.value"}
"""Judgements: only for who may judge, and of a marked identifier always its mask."""

QUEUED = {"FieldAgreement.leftMask", "FieldAgreement.rightMask"}
"""The stewards' queue: only for who may judge, and always masks."""

PERSONAL = {
    "Profile.recordId",
    "User.displayName",
    "Correction.value",
    "Correction.why",
    *MASKED,
    *EXPLAINED,
    *JUDGED,
    *QUEUED,
}
"""Every field that shows an opened value; `test_people.py` shows what each role sees of them."""


def test_the_schema_in_git_is_current() -> None:
    assert SDL_FILE.read_text(encoding="utf-8") == sdl(), "run `python -m api.gql.schema`"


def test_what_others_script_against() -> None:
    text = " ".join(_without_descriptions().split())
    for line in SCRIPTED.strip().splitlines():
        assert line in text


def test_every_kind_has_a_type_with_all_its_clear_fields() -> None:
    assert set(BY_KIND) == KINDS
    types = build_schema().core.type_map
    for entry in EVENT_TYPES:
        made = types[type_name(entry)]
        assert isinstance(made, GraphQLObjectType)
        clear = {alias for _, alias in entry.clear}
        assert clear <= set(made.fields), entry.kind
        assert not {alias for _, alias in entry.personal} & set(made.fields), entry.kind


def test_personal_fields_are_known() -> None:
    """A field by one of these names on another type must be thought about first."""
    types = build_schema().core.type_map.values()
    objects = [t for t in types if isinstance(t, GraphQLObjectType) and not t.name.startswith("__")]
    names = {field.split(".")[1] for field in PERSONAL}
    found = {f"{made.name}.{field}" for made in objects for field in made.fields if field in names}
    assert found == PERSONAL


def test_no_client_breaks() -> None:
    released = RELEASED_FILE.read_text(encoding="utf-8")
    assert breaking(released, sdl()) == [], "keep and deprecate it"


def test_what_would_break_clients_is_named() -> None:
    current = _without_descriptions()
    without = current.replace("  displayName: String\n", "", 1)
    nullable = current.replace("  oneId: ID!\n", "  oneId: ID\n", 1)
    assert breaking(current, without) == ["Field User.displayName was removed."]
    assert len(breaking(current, nullable)) == 1
    assert breaking(without, current) == []


def _without_descriptions() -> str:
    bare = re.sub(r'""".*?"""', "", sdl(), flags=re.DOTALL)
    return print_ast(parse(bare))
