"""What is code in a text, and what a text alone is refused for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.console.allowed import load_allowed
from graph.console.errors import ConsoleError, RefusedError, StatementError
from graph.console.text import MAX_CHARACTERS, calls, check_text
from graph.console.tokens import Kind, place_of, tokenize
from tests.graph.console.language import READS, READS_25
from tests.laws import examples

NEW = load_allowed("2026.08")
OLD = load_allowed("5.26")


@pytest.mark.parametrize("text", READS)
def test_reads_are_taken(text: str) -> None:
    assert check_text(text, NEW).text == text
    assert check_text(text + " ;\n", OLD).text.rstrip() == text


@pytest.mark.parametrize("text", READS_25)
def test_reads_of_cypher_25_are_taken_where_it_is_known(text: str) -> None:
    checked = check_text(f"cypher 25\n{text}", NEW)
    assert (checked.dialect, checked.text) == ("25", f"         \n{text}")
    with pytest.raises(RefusedError, match="option"):
        check_text(f"CYPHER 25 {text}", OLD)


REFUSED = [
    ("RETURN '\\u0027 x'", "escape", 1, 9),
    ("MATCH (n:`a\\u0060`) RETURN n", "escape", 1, 12),
    ("RETURN 1 // \\U0041", "escape", 1, 13),
    ("RETURN 1; RETURN 2", "several", 1, 9),
    ("RETURN 1;; ", "several", 1, 9),
    ("EXPLAIN RETURN 1", "option", 1, 1),
    ("PROFILE RETURN 1", "option", 1, 1),
    ("CYPHER 5 EXPLAIN RETURN 1", "option", 1, 10),
    ("CYPHER runtime=slotted RETURN 1", "option", 1, 1),
    ("CYPHER 5 planner=dp RETURN 1", "option", 1, 10),
    ("CYPHER 6 RETURN 1", "option", 1, 1),
    ("RETURN apoc.text.join(['a'], '') AS x", "function", 1, 8),
    ("RETURN apoc . text /* */ . join // x\n ( ['a'] ) AS x", "function", 1, 8),
    ("RETURN `apoc`.`cypher`.runFirstColumnSingle('x', {}) AS x", "function", 1, 8),
    ("RETURN {a: apoc.x()} AS x", "function", 1, 12),
    ("RETURN [x IN [1] | apoc.x()] AS x", "function", 1, 20),
    ("RETURN genai.vector.encode('x', 'OpenAI', {}) AS x", "function", 1, 8),
    ("RETURN `count`(1), evil(1)", "function", 1, 20),
    ("RETURN linenumber() AS x", "function", 1, 8),
    ("RETURN graph.names() AS x", "function", 1, 8),
    ("LOAD CSV FROM 'http://127.0.0.1/' AS row RETURN row", "command", 1, 1),
    ("MATCH (n)\nLOAD /**/ CSV FROM 'x' AS row RETURN row", "command", 2, 1),
    ("USE system RETURN 1", "command", 1, 1),
    ("CALL { USE `neo4j` RETURN 1 AS x } RETURN x", "command", 1, 8),
    ("SHOW DATABASES", "command", 1, 1),
    ("SHOW TRANSACTIONS YIELD transactionId AS x RETURN x", "command", 1, 1),
    ("TERMINATE TRANSACTIONS 'a'", "command", 1, 1),
    ("MATCH (p:Profile) RETURN p.searchTokens", "search_tokens", 1, 28),
    ("MATCH (p:Profile) RETURN p {.`searchTokens`}", "search_tokens", 1, 30),
    ("RETURN 1 \u200b AS x", "character", 1, 10),
    ("RETURN apoc.x\u200b(1)", "character", 1, 14),
]


@pytest.mark.parametrize(("text", "reason", "line", "column"), REFUSED)
def test_what_is_refused_says_where_and_why(text: str, reason: str, line: int, column: int) -> None:
    with pytest.raises(RefusedError) as refused:
        check_text(text, NEW)
    error = refused.value
    assert (error.reason, error.line, error.column, error.status) == (reason, line, column, 403)
    assert error.hint


@pytest.mark.parametrize(
    ("text", "column"),
    [("RETURN 'a", 8), ("RETURN 1 /* x", 10), ("RETURN `a", 8), ('RETURN "a\\"', 8)],
)
def test_what_has_no_end_is_no_cypher(text: str, column: int) -> None:
    with pytest.raises(StatementError) as refused:
        check_text(text, NEW)
    assert (refused.value.reason, refused.value.line, refused.value.column) == ("syntax", 1, column)


@pytest.mark.parametrize("text", ["", " \n", "// nothing", ";", "CYPHER 5"])
def test_nothing_is_no_statement(text: str) -> None:
    with pytest.raises(StatementError, match="There is no statement"):
        check_text(text, NEW)


def test_a_text_has_a_longest_length() -> None:
    check_text("RETURN 1" + " " * (MAX_CHARACTERS - 8), NEW)
    with pytest.raises(StatementError) as refused:
        check_text("RETURN 1" + " " * MAX_CHARACTERS, NEW)
    assert refused.value.reason == "too_long"


@pytest.mark.parametrize(
    "text",
    [
        "WITH 1 AS use RETURN use",
        "WITH 1 AS show RETURN show ORDER BY show",
        "MATCH (n) RETURN n.load AS load, n.use AS terminate",
        "RETURN 'LOAD CSV FROM ; EXPLAIN apoc.x()' AS a /* LOAD CSV ; */ // USE x",
        "MATCH (load:User) RETURN load",
    ],
)
def test_words_that_only_look_like_commands_are_taken(text: str) -> None:
    check_text(text, NEW)


def test_strings_and_comments_are_no_code() -> None:
    text = 'RETURN \'a\\\'b(\' AS x, "c""d" /* e( */ , `f``g` // h('
    tokens = list(tokenize(text))
    assert [t.text for t in tokens if t.kind is Kind.STRING] == ["a\\'b(", "c", "d"]
    assert [t.text for t in tokens if t.kind is Kind.QUOTED] == ["f`g"]
    assert not list(calls(tokens))


@settings(max_examples=examples(300))
@given(st.text(alphabet="aN1 .'\"`/*\\\n;(){}[]$:|-<>=\u00e9中\u200b", max_size=40))
def test_any_text_is_judged_with_a_place_in_it(text: str) -> None:
    met: ConsoleError | None = None
    try:
        checked = check_text(text, NEW)
        assert len(checked.text) == len(text)
        assert all(name.lower() in NEW.functions for name, _ in calls(list(tokenize(checked.text))))
    except ConsoleError as error:
        met = error
    if met is not None and met.line is not None and met.column is not None:
        lines = text.split("\n")
        assert 1 <= met.line <= len(lines)
        assert 1 <= met.column <= len(lines[met.line - 1]) + 1


@settings(max_examples=examples(200))
@given(st.text(alphabet="ab\n", max_size=20), st.data())
def test_places_count_from_one(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    line, column = place_of(text, offset)
    assert sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1 == offset
