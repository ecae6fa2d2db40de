"""A statement in words and signs: what is code in it, and what is a string or a comment. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.console.errors import RefusedError, StatementError


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


_SPACE: Final = re.compile(r"\s+")
_LINE_COMMENT: Final = re.compile(r"//[^\n\r]*")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_NUMBER: Final = re.compile(r"\d\w*")
_STRING: Final = {
    quote: re.compile(rf"{quote}((?:[^{quote}\\]|\\.)*){quote}", re.DOTALL) for quote in ("'", '"')
}
_QUOTED: Final = re.compile(r"`((?:[^`]|``)*)`")


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
            raise refused(
                text, at, f"The character {name} has no place outside of strings.", hint="Take it out.",
                reason="character",
            )  # fmt: skip


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, from 1."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def refused(text: str, offset: int, message: str, *, hint: str, reason: str) -> RefusedError:
    """The error of what is not allowed, with its place."""
    line, column = place_of(text, offset)
    return RefusedError(message, hint=hint, line=line, column=column, reason=reason)


def _wrong(text: str, offset: int, message: str, *, hint: str) -> StatementError:
    line, column = place_of(text, offset)
    return StatementError(message, hint=hint, line=line, column=column, reason="syntax")
