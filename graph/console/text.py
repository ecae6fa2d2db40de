"""A statement as text: what is code in it, and what is a string or a comment. Pure.

This is the second wall. The first is the plan (`plan.py`): Neo4j itself says what a statement would do. Here is
refused what a plan does not show, functions above all, and what could make the text mean something else than it
seems to: `\\u` escapes, which Neo4j turns into characters before it reads anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.console.allowed import Allowed
from graph.console.errors import RefusedError, StatementError

MAX_CHARACTERS: Final = 50_000
"""Of a statement."""


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"  # a keyword or a name
    QUOTED = "quoted"  # a name in backticks
    STRING = "string"
    NUMBER = "number"
    SIGN = "sign"  # one character


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of code; `text` is without quotes, `start` its offset."""

    kind: Kind
    text: str
    start: int

    def says(self, *words: str) -> bool:
        """Whether it is one of these keywords, which are written in capitals."""
        return self.kind is Kind.WORD and self.text.upper() in words

    @property
    def is_name(self) -> bool:
        """A word or a name in backticks."""
        return self.kind in (Kind.WORD, Kind.QUOTED)


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement that may be explained: its text without dialect and last `;`, and the dialect asked for.

    What was cut out was replaced by spaces, so that places stay what they are.
    """

    text: str
    dialect: str


_SPACE: Final = re.compile(r"\s+")
_LINE_COMMENT: Final = re.compile(r"//[^\n\r]*")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_NUMBER: Final = re.compile(r"\d\w*")
_STRING: Final = {
    quote: re.compile(rf"{quote}((?:[^{quote}\\]|\\.)*){quote}", re.DOTALL) for quote in ("'", '"')
}
_QUOTED: Final = re.compile(r"`((?:[^`]|``)*)`")
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
        raise _refused(
            text, escape.start(), "`\\u` escapes are not taken: Neo4j makes characters of them before it reads.",
            hint="Write the character itself, or give the text as a parameter.", reason="escape",
        )  # fmt: skip
    tokens = list(tokenize(text))
    if not tokens:
        raise StatementError("There is no statement.", hint="Write one, as MATCH (u:User) RETURN count(u).")
    text, tokens, dialect = _without_options(text, tokens, allowed)
    text, tokens = _one_statement(text, tokens)
    for place in range(len(tokens)):
        _check_command(text, tokens, place)
        _check_tokens_property(text, tokens[place])
    for name, start in calls(tokens):
        if name.lower() not in allowed.functions:
            raise _refused(
                text, start, f"The function {name[:80]} is not allowed here.",
                hint="docs/console.md says which are; GET /v1/console/schema lists them.", reason="function",
            )  # fmt: skip
    return Checked(text, dialect)


def tokenize(text: str) -> Iterator[Token]:
    """What is code in a text, in order; comments and white space are left out.

    Raises StatementError for a string, comment or name without an end, RefusedError for a character that has no
    place in code: one that is not seen could part a name that is.
    """
    at = 0
    while at < len(text):
        sign = text[at]
        if match := _SPACE.match(text, at) or _LINE_COMMENT.match(text, at):
            at = match.end()
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            if end < 0:
                raise _wrong(text, at, "A comment has no end.", hint="Close it with */.")
            at = end + 2
        elif sign in _STRING:
            match = _STRING[sign].match(text, at)
            if match is None:
                raise _wrong(text, at, "A string has no end.", hint=f"Close it with {sign}.")
            yield Token(Kind.STRING, match[1], at)
            at = match.end()
        elif sign == "`":
            match = _QUOTED.match(text, at)
            if match is None:
                raise _wrong(text, at, "A name in backticks has no end.", hint="Close it with `.")
            yield Token(Kind.QUOTED, match[1].replace("``", "`"), at)
            at = match.end()
        elif match := _WORD.match(text, at):
            yield Token(Kind.WORD, match[0], at)
            at = match.end()
        elif match := _NUMBER.match(text, at):
            yield Token(Kind.NUMBER, match[0], at)
            at = match.end()
        elif sign.isascii() and sign.isprintable():
            yield Token(Kind.SIGN, sign, at)
            at += 1
        else:
            name = unicodedata.name(sign, f"U+{ord(sign):04X}")
            raise _refused(
                text, at, f"The character {name} has no place outside of strings.", hint="Take it out.",
                reason="character",
            )  # fmt: skip


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


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 1."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def _without_options(text: str, tokens: list[Token], allowed: Allowed) -> tuple[str, list[Token], str]:
    """Take a leading `CYPHER 5` or `CYPHER 25` off."""
    dialect = _DIALECTS[0]
    first = tokens[0]
    if first.says("EXPLAIN", "PROFILE"):
        raise _refused(
            text, first.start, f"{first.text.upper()} is not written before the statement.",
            hint='Send "mode": "explain" or "profile" with the request.', reason="option",
        )  # fmt: skip
    if not first.says("CYPHER"):
        return text, tokens, dialect
    if len(tokens) < 2 or tokens[1].text not in allowed.dialects:
        raise _refused(
            text, first.start, "This CYPHER option is not taken.",
            hint=f"Write CYPHER {' or CYPHER '.join(allowed.dialects)}, or leave it out.", reason="option",
        )  # fmt: skip
    if len(tokens) > 2 and (tokens[2].says("EXPLAIN", "PROFILE")):
        raise _refused(
            text, tokens[2].start, f"{tokens[2].text.upper()} is not written before the statement.",
            hint='Send "mode": "explain" or "profile" with the request.', reason="option",
        )  # fmt: skip
    if len(tokens) > 3 and tokens[3].text == "=":
        raise _refused(
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
        raise _refused(
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
    raise _refused(
        text, token.start, _COMMANDS[token.text.upper()],
        hint="If it is the name of a variable, write it in backticks.", reason="command",
    )  # fmt: skip


def _check_tokens_property(text: str, token: Token) -> None:
    if token.kind in (Kind.WORD, Kind.QUOTED) and token.text.lower() == _TOKENS_PROPERTY:
        raise _refused(
            text, token.start, "Search tokens are not for the console.",
            hint="People are found by `guanxi search` and by GraphQL's `search`.", reason="search_tokens",
        )  # fmt: skip


def _wrong(text: str, offset: int, message: str, *, hint: str) -> StatementError:
    line, column = place_of(text, offset)
    return StatementError(message, hint=hint, line=line, column=column, reason="syntax")


def _refused(text: str, offset: int, message: str, *, hint: str, reason: str) -> RefusedError:
    line, column = place_of(text, offset)
    return RefusedError(message, hint=hint, line=line, column=column, reason=reason)
