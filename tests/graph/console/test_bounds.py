"""What is too large to be planned is refused before Neo4j hears of it; what is just small enough is answered."""

from __future__ import annotations

from typing import Final

import pytest

from graph.console.bounds import (
    MAX_CLAUSES,
    MAX_COLUMNS,
    MAX_DEPTH,
    MAX_PREFIXES,
    MAX_SUBQUERIES,
    MAX_TOKENS,
    check_size,
)
from graph.console.errors import StatementError
from graph.console.service import Console
from graph.console.tokens import tokenize
from graph.db.shelf import Mode, shelf
from tests.graph.console.language import READS, READS_25


def _nested(before: str, inner: str, after: str, deep: int) -> str:
    return before * deep + inner + after * deep


AT_MOST: Final = {
    "lists": _nested("[", "1", "]", MAX_DEPTH),
    "parentheses": _nested("(", "1", ")", MAX_DEPTH),
    "cases": _nested("CASE WHEN true THEN ", "1", " END", MAX_DEPTH),
    "subqueries": _nested("COLLECT { RETURN ", "1", " AS x }", MAX_SUBQUERIES),
    "maps": _nested("{ a: ", "1", "}", MAX_SUBQUERIES),
    "not": "NOT " * MAX_PREFIXES + "true",
    "columns": "".join(f"1 AS c{number}, " for number in range(MAX_COLUMNS - 1)) + "1",
    "entries": f"{{{', '.join(f'c{number}: 1' for number in range(MAX_COLUMNS))}}}",
    "clauses": "1 AS x UNION RETURN " * (MAX_CLAUSES // 2 - 1) + "1",
    "words": f"[{', '.join(['1'] * (MAX_TOKENS // 2 - 2))}]",
}
"""Behind `RETURN`, before `AS x`: as large as may be."""

TOO_LARGE: Final = {
    "lists": _nested("[", "1", "]", MAX_DEPTH + 1),
    "cases": _nested("CASE WHEN true THEN ", "1", " END", MAX_DEPTH + 1),
    "subqueries": _nested("COLLECT { RETURN ", "1", " AS x }", MAX_SUBQUERIES + 1),
    "not": "NOT " * (MAX_PREFIXES + 1) + "true",
    "columns": "1 AS y, " * MAX_COLUMNS + "1",
    "entries": f"{{{', '.join(f'c{number}: 1' for number in range(MAX_COLUMNS + 1))}}}",
    "clauses": "1 AS x UNION RETURN " * (MAX_CLAUSES // 2) + "1",
    "words": f"[{', '.join(['1'] * (MAX_TOKENS // 2))}]",
}


@pytest.mark.parametrize("name", AT_MOST)
async def test_what_is_as_large_as_may_be_is_planned(console: Console, name: str) -> None:
    assert (await console.explain(f"RETURN {AT_MOST[name]} AS x")).plan["operator"] == "ProduceResults"


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_larger_is_refused_with_its_place(name: str) -> None:
    text = f"RETURN {TOO_LARGE[name]} AS x"
    with pytest.raises(StatementError) as refused:
        check_size(text, list(tokenize(text)))
    assert refused.value.reason == "too_complex"
    assert refused.value.line == 1
    assert (refused.value.column or 0) > len("RETURN ")
    assert refused.value.hint


async def test_the_console_says_so_at_once(console: Console) -> None:
    for _ in range(2):  # remembered, too
        with pytest.raises(StatementError, match="brackets deep"):
            await console.explain(f"RETURN {TOO_LARGE['lists']} AS x")


def test_what_people_write_is_small() -> None:
    reads = [statement.text for statement in shelf().values() if statement.mode is Mode.READ]
    for text in [*reads, *READS, *READS_25]:
        check_size(text, list(tokenize(text)))


@pytest.mark.parametrize(
    "text",
    [
        "RETURN " + " + ".join(["x.case"] * 60),
        "MATCH (a)" + "-->()<--()--()" * 60 + " RETURN a",
        "RETURN [" + "1, " * 900 + "1] AS x",
        "RETURN ')' + ']' + '}' AS x /* ((( */ // [[[",
        "RETURN ) ] } END END (",
    ],
)
def test_only_what_nests_is_deep_and_only_columns_are_columns(text: str) -> None:
    check_size(text, list(tokenize(text)))
