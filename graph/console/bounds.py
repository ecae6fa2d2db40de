"""How large and how deep a statement may be before Neo4j is asked about it. Pure.

Neo4j plans a statement before its timeout can end it: parts of the planner hear of no deadline, and go on for minutes
after everybody has gone. Twenty subqueries in one another, or some hundred columns, take them there; some hundred
brackets are more than its stack holds, and then it answers nothing at all. What is refused here is far beyond what
people write: the largest that the shelf reads by has two thirds of the words, and a seventh of the depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graph.console.errors import StatementError
from graph.console.tokens import Kind, Token, place_of

MAX_TOKENS: Final = 3_000
MAX_DEPTH: Final = 50
"""Of brackets, and of CASE, in one another."""
MAX_SUBQUERIES: Final = 10
"""Of braces in one another."""
MAX_CLAUSES: Final = 200
MAX_COLUMNS: Final = 200
"""Of one clause, or entries of one map."""
MAX_PREFIXES: Final = 20
"""NOT, + and - in a row."""

_OPEN: Final = "([{"
_CLOSE: Final = {"(": ")", "[": "]", "{": "}", "CASE": "END"}
_BEFORE_NAMES: Final = (".", ":", "$")
_CLAUSES: Final = ("MATCH", "WITH", "RETURN", "UNWIND", "CALL", "UNION", "LET", "FILTER", "NEXT", "WHEN")


def check_size(text: str, tokens: Sequence[Token]) -> None:
    """Raises StatementError for a statement that could keep Neo4j's planner longer than a run may take."""
    if len(tokens) > MAX_TOKENS:
        raise _too_complex(
            text,
            tokens[MAX_TOKENS],
            f"has {len(tokens)} words and signs; {MAX_TOKENS}",
            "Give long lists as parameters.",
        )
    opened: list[str] = []
    columns = [0]
    clauses = prefixes = 0
    before = ""
    for token in tokens:
        is_name, before = before in _BEFORE_NAMES, token.text
        prefixes = prefixes + 1 if _is_prefix(token) else 0
        if prefixes > MAX_PREFIXES:
            raise _too_complex(
                text, token, f"has over {MAX_PREFIXES} signs in a row; that", "Leave some out."
            )
        if token.says(*_CLAUSES):
            clauses, columns[-1] = clauses + 1, 0
            if clauses > MAX_CLAUSES:
                raise _too_complex(text, token, f"has over {MAX_CLAUSES} clauses; that", "Ask in parts.")
        elif (token.says("CASE") and not is_name) or (token.kind is Kind.SIGN and token.text in _OPEN):
            opened.append(token.text.upper())
            columns.append(0)
            _check_depth(text, token, opened)
        elif opened and _closes(token, opened[-1]):
            opened.pop()
            columns.pop()
        elif token.kind is Kind.SIGN and token.text == "," and (not opened or opened[-1] == "{"):
            columns[-1] += 1
            if columns[-1] >= MAX_COLUMNS:
                raise _too_complex(
                    text, token, f"has over {MAX_COLUMNS} columns or entries; that", "Ask for those you read."
                )


def _check_depth(text: str, token: Token, opened: Sequence[str]) -> None:
    if len(opened) > MAX_DEPTH:
        raise _too_complex(text, token, f"is over {MAX_DEPTH} brackets deep; that", "Nest less.")
    if opened.count("{") > MAX_SUBQUERIES:
        raise _too_complex(text, token, f"is over {MAX_SUBQUERIES} braces deep; that", "Nest less.")


def _closes(token: Token, opened: str) -> bool:
    return token.kind in (Kind.SIGN, Kind.WORD) and token.text.upper() == _CLOSE[opened]


def _is_prefix(token: Token) -> bool:
    return token.says("NOT") or (token.kind is Kind.SIGN and token.text in "+-")


def _too_complex(text: str, token: Token, what: str, hint: str) -> StatementError:
    line, column = place_of(text, token.start)
    return StatementError(
        f"The statement {what} is the most.", hint=hint, line=line, column=column, reason="too_complex"
    )
