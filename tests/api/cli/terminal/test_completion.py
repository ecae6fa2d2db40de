"""What is offered at the cursor."""

from __future__ import annotations

import pytest

from api.cli.terminal.completion import choices
from api.rest.console.shapes import SchemaShape
from graph.console.allowed import allowed_for
from graph.console.schema import schema_of

SCHEMA = SchemaShape.of(
    schema_of(
        "2026.08",
        allowed_for("Neo4j/2026.08.0"),
        labels=["User", "Odd label"],
        types=["HAS"],
        properties=["oneId", "city", "unheard"],
    )
)


def offered(before: str) -> list[str]:
    return [one.text for one in choices(before, SCHEMA, ["city"])]


@pytest.mark.parametrize(
    ("before", "among", "not_among"),
    [
        ("MATCH (u:Us", "User", "HAS"),
        ("MATCH (u:us", "User", "HAS"),
        ("MATCH (u:Profile|", "User", "HAS"),
        ("MATCH (u) WHERE u:", "User", "HAS"),
        ("MATCH (u:Odd", "`Odd label`", "User"),
        ("MATCH (:Profile)-[h:", "HAS", "User"),
        ("MATCH (u:User) RETURN u.", "oneId", "unheard"),
        ("MATCH (u) RETURN u.", "unheard", "User"),
        ("MATCH (u:User {", "oneId", "unheard"),
        ("MATCH (u:User {oneId: $", "city", "oneId"),
        ("RETURN cou", "count(", "COMMIT"),
        ("RETURN date.tr", "date.truncate(", "date("),
        ("CALL db.la", "db.labels", "count("),
        ("CALL ", "db.labels", "count("),
        ("MATCH (person:User) RETURN per", "person", "percentileDisc"),
        ("MA", "MATCH", "RETURN"),
        (":ex", ":export", ":help"),
    ],
)
def test_what_may_stand_there_is_offered(before: str, among: str, not_among: str) -> None:
    found = offered(before)
    assert among in found
    assert not_among not in found


@pytest.mark.parametrize(
    "before", ["RETURN 'MATCH (u:", "// MA", "RETURN 1 /* MA", "RETURN 1 // MA", "RETURN "]
)
def test_nothing_is_offered_where_no_code_stands(before: str) -> None:
    assert offered(before) == []


def test_a_choice_says_what_it_means_and_what_it_replaces() -> None:
    (choice,) = [one for one in choices("MATCH (u:Us", SCHEMA) if one.text == "User"]
    assert choice.replaces == 2
    assert choice.meaning
    (whole,) = [one for one in choices("RETURN date.tr", SCHEMA) if one.text == "date.truncate("]
    assert whole.replaces == len("date.tr")
