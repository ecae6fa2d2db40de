"""A statement as text: what is code in it, and what is a string or a comment. Pure.

This is the second wall. The first is the plan (`plan.py`): Neo4j itself says what a statement would do. Here is
refused what a plan does not show, functions above all, and what could make the text mean something else than it
seems to: `\\u` escapes, which Neo4j turns into characters before it reads anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from graph.console.allowed import Allowed
from graph.console.bounds import check_size
from graph.console.errors import StatementError
from graph.console.tokens import Kind, Token, refused, tokenize

MAX_CHARACTERS: Final = 50_000
"""Of a statement."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement that may be explained: its text without dialect and last `;`, and the dialect asked for.

    What was cut out was replaced by spaces, so that places stay what they are.
    """

    text: str
    dialect: str


_ESCAPE: Final = re.compile(r"\\+u", re.IGNORECASE)
_DIALECTS: Final = ("5", "25")

_BEFORE_PARENTHESIS: Final = frozenset(
    re.findall(
        r"\w+",
        (
            "CREATE MERGE DELETE FOREACH SET REMOVE INSERT FOR REQUIRE "
            "MATCH WHERE AND OR XOR NOT IN WITH RETURN DISTINCT CASE WHEN THEN ELSE UNWIND CALL BY "
            "LIMIT SKIP OFFSET CONTAINS EXISTS COUNT COLLECT SHORTEST ALL ANY NONE SINGLE REDUCE PATH "
            "PATHS GROUP GROUPS WALK TRAIL ACYCLIC YIELD ON SCAN SEEK FILTER LET IS TYPED AS "
            "SHORTESTPATH ALLSHORTESTPATHS OPTIONAL UNION NEXT TRIM LEADING TRAILING BOTH FROM "
            "NORMALIZE EXTRACT REPEATABLE DIFFERENT RELATIONSHIPS ELEMENTS "
        ),
    )
)
"""Keywords that a parenthesis may follow, which then calls nothing; those that write are the plan's to refuse."""

_COMMANDS: Final = {
    "USE": "Another database is not for the console.",
    "SHOW": "SHOW tells about the server and is not for the console.",
    "TERMINATE": "TERMINATE ends what others run and is not for the console.",
    "LOAD": "LOAD CSV reads files and hosts and is not for the console.",
}
_NOT_COMMAND_AFTER: Final = frozenset(
    {".", ":", "$", ",", "(", "[", "|", "&", "!", "=", "<", ">", "+", "*", "/", "%"}
)
_OPERATORS: Final = (
    "AS",
    "IN",
    "IS",
    "AND",
    "OR",
    "XOR",
    "STARTS",
    "ENDS",
    "CONTAINS",
    "ORDER",
    "WHERE",
    "SKIP",
)
_OPERATORS_MORE: Final = (
    "LIMIT",
    "OFFSET",
    "THEN",
    "ELSE",
    "END",
    "WHEN",
    "ASC",
    "DESC",
    "UNION",
    "WITH",
    "RETURN",
)

_TOKENS_PROPERTY: Final = "searchtokens"


def check_text(text: str, allowed: Allowed) -> Checked:
    """The statement, if nothing about its text forbids to explain it.

    Raises StatementError for what is no Cypher, RefusedError for what is not allowed; both with line and column.
    """
    if len(text) > MAX_CHARACTERS:
        raise StatementError(
            f"The statement has {len(text)} characters; {MAX_CHARACTERS} is the most.",
            hint="Give long lists as parameters.",
            reason="too_long",
        )
    if escape := _ESCAPE.search(text):
        raise refused(
            text, escape.start(), "`\\u` escapes are not taken: Neo4j makes characters of them before it reads.",
            hint="Write the character itself, or give the text as a parameter.", reason="escape",
        )  # fmt: skip
    tokens = list(tokenize(text))
    if not tokens:
        raise StatementError("There is no statement.", hint="Write one, as MATCH (u:User) RETURN count(u).")
    check_size(text, tokens)
    text, tokens, dialect = _without_options(text, tokens, allowed)
    text, tokens = _one_statement(text, tokens)
    for place in range(len(tokens)):
        _check_command(text, tokens, place)
        _check_tokens_property(text, tokens[place])
    for name, start in calls(tokens):
        if name.lower() not in allowed.functions:
            raise refused(
                text, start, f"The function {name[:80]} is not allowed here.",
                hint="docs/console.md says which are; GET /v1/console/schema lists them.", reason="function",
            )  # fmt: skip
    return Checked(text, dialect)


def calls(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """Each function that is called, by its whole name, with its place; procedures and patterns are none."""
    for at, token in enumerate(tokens):
        if not (token.kind is Kind.SIGN and token.text == "(") or at == 0:
            continue
        last = at - 1
        if not tokens[last].is_name:
            continue
        first = last
        while first >= 2 and tokens[first - 1].text == "." and tokens[first - 2].is_name:
            first -= 2
        name = ".".join(one.text for one in tokens[first:at:2])
        before = tokens[first - 1] if first else None
        if before is not None and before.says("CALL"):
            continue  # a procedure: the plan says which
        if first == last and _is_hint(tokens, first):
            continue
        if first == last and tokens[last].kind is Kind.WORD and name.upper() in _BEFORE_PARENTHESIS:
            continue
        yield name, tokens[first].start


def _is_hint(tokens: Sequence[Token], label: int) -> bool:
    """Whether a name is the label of `USING INDEX n:Label(property)`."""
    return (
        label >= 3
        and tokens[label - 1].text == ":"
        and tokens[label - 2].is_name
        and tokens[label - 3].says("INDEX", "SEEK")
    )


def _without_options(text: str, tokens: list[Token], allowed: Allowed) -> tuple[str, list[Token], str]:
    """Take a leading `CYPHER 5` or `CYPHER 25` off."""
    dialect = _DIALECTS[0]
    first = tokens[0]
    if first.says("EXPLAIN", "PROFILE"):
        raise refused(
            text, first.start, f"{first.text.upper()} is not written before the statement.",
            hint='Send "mode": "explain" or "profile" with the request.', reason="option",
        )  # fmt: skip
    if not first.says("CYPHER"):
        return text, tokens, dialect
    if len(tokens) < 2 or tokens[1].text not in allowed.dialects:
        raise refused(
            text, first.start, "This CYPHER option is not taken.",
            hint=f"Write CYPHER {' or CYPHER '.join(allowed.dialects)}, or leave it out.", reason="option",
        )  # fmt: skip
    if len(tokens) > 2 and (tokens[2].says("EXPLAIN", "PROFILE")):
        raise refused(
            text, tokens[2].start, f"{tokens[2].text.upper()} is not written before the statement.",
            hint='Send "mode": "explain" or "profile" with the request.', reason="option",
        )  # fmt: skip
    if len(tokens) > 3 and tokens[3].text == "=":
        raise refused(
            text,
            tokens[2].start,
            "Options of the planner are not taken.",
            hint="Leave them out.",
            reason="option",
        )
    dialect = tokens[1].text
    end = tokens[1].start + len(dialect)
    blank = "".join(char if char == "\n" else " " for char in text[first.start : end])
    if len(tokens) == 2:
        raise StatementError("There is no statement.", hint="Write one, as MATCH (u:User) RETURN count(u).")
    return text[: first.start] + blank + text[end:], tokens[2:], dialect


def _one_statement(text: str, tokens: list[Token]) -> tuple[str, list[Token]]:
    """Take the last `;` off, and refuse any other."""
    ends = [at for at, token in enumerate(tokens) if token.kind is Kind.SIGN and token.text == ";"]
    if not ends:
        return text, tokens
    at = ends[0]
    if at != len(tokens) - 1:
        raise refused(
            text, tokens[at].start, "There is more than one statement.", hint="Send one after the other.",
            reason="several",
        )  # fmt: skip
    start = tokens[at].start
    if at == 0:
        raise StatementError("There is no statement.", hint="Write one, as MATCH (u:User) RETURN count(u).")
    return text[:start] + " " + text[start + 1 :], tokens[:at]


def _check_command(text: str, tokens: Sequence[Token], at: int) -> None:
    token = tokens[at]
    if not token.says(*_COMMANDS):
        return
    before = tokens[at - 1] if at else None
    if before is not None and (before.text in _NOT_COMMAND_AFTER or before.says("AS")):
        return
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None or not after.is_name or after.says(*_OPERATORS, *_OPERATORS_MORE):
        return
    raise refused(
        text, token.start, _COMMANDS[token.text.upper()],
        hint="If it is the name of a variable, write it in backticks.", reason="command",
    )  # fmt: skip


def _check_tokens_property(text: str, token: Token) -> None:
    if token.kind in (Kind.WORD, Kind.QUOTED) and token.text.lower() == _TOKENS_PROPERTY:
        raise refused(
            text, token.start, "Search tokens are not for the console.",
            hint="People are found by `guanxi search` and by GraphQL's `search`.", reason="search_tokens",
        )  # fmt: skip
