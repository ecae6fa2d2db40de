"""What may stand where the cursor is, from the schema and the text before it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from api.cli.terminal.commands import HELP, NAMES
from api.rest.console.shapes import LabelShape, PropertyShape, RelationshipTypeShape, SchemaShape
from graph.console.errors import ConsoleError
from graph.console.tokens import Kind, Token, tokenize

KEYWORDS: Final = (
    "AND", "AS", "ASC", "BY", "CALL", "CASE", "COLLECT", "CONTAINS", "COUNT", "DESC", "DISTINCT", "ELSE", "END",
    "ENDS", "EXISTS", "IN", "IS", "LIMIT", "MATCH", "NOT", "NULL", "OPTIONAL", "OR", "ORDER", "RETURN", "SKIP",
    "STARTS", "THEN", "UNION", "UNWIND", "WHEN", "WHERE", "WITH", "XOR", "YIELD",
)  # fmt: skip
_TYPED: Final = re.compile(r"[^\W\d]\w*\Z")
_DOTTED: Final = re.compile(r"(?:\w+\.)+\w*\Z")
_PLAIN: Final = re.compile(r"[^\W\d]\w*")
_OPENING: Final = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A text that could stand there; `replaces` characters before the cursor give way to it."""

    text: str
    replaces: int
    meaning: str = ""


def choices(before: str, schema: SchemaShape, parameters: Iterable[str] = ()) -> Iterator[Choice]:
    """What may be written at the end of `before`, best first; nothing within strings and comments."""
    if before.lstrip().startswith(":") and " " not in before.strip():
        yield from _commands(before.strip())
        return
    found = _TYPED.search(before)
    typed = found[0] if found else ""
    head = before[: len(before) - len(typed)]
    try:
        tokens = list(tokenize(head))
    except ConsoleError:
        return
    if "//" in head.rsplit("\n", 1)[-1] and _in_comment(head):
        return
    offered = _after(tokens, head, before, schema, parameters, typed)
    seen: set[str] = set()
    for choice in offered:
        if choice.text not in seen:
            seen.add(choice.text)
            yield choice


def _after(
    tokens: Sequence[Token],
    head: str,
    before: str,
    schema: SchemaShape,
    parameters: Iterable[str],
    typed: str,
) -> Iterator[Choice]:
    last = tokens[-1] if tokens else None
    beside = last is not None and last.start + len(last.text) == len(head)
    sign = last.text if last is not None and last.kind is Kind.SIGN else ""
    opened = _opened(tokens)
    if sign == "$" and beside:
        yield from _matching(((name, "") for name in parameters), typed)
    elif sign == "." and beside:
        yield from _dotted(tokens, before, schema, typed)
    elif sign in (":", "|", "&", "!") and _names_kinds(tokens, opened):
        kinds = schema.types if opened is not None and tokens[opened].text == "[" else schema.labels
        yield from _matching(((one.name, one.meaning) for one in kinds), typed)
    elif sign in ("{", ",") and (keys := _keys(tokens, opened, schema)):
        yield from _matching(((one.name, _meaning(one)) for one in keys), typed)
    elif last is not None and last.says("CALL"):
        yield from _matching(((name, "procedure") for name in schema.procedures), typed)
    elif typed:
        names = {one.text for one in tokens if one.kind is Kind.WORD and one.text.upper() not in KEYWORDS}
        yield from _matching(((name, "") for name in sorted(names - {typed})), typed)
        yield from _matching(((name, "") for name in KEYWORDS), typed)
        yield from _matching(((f"{name}(", "function") for name in schema.functions), typed)


def _commands(typed: str) -> Iterator[Choice]:
    for name, meaning in zip(NAMES, HELP.values(), strict=True):
        if name.startswith(typed):
            yield Choice(name, len(typed), meaning)


def _dotted(tokens: Sequence[Token], before: str, schema: SchemaShape, typed: str) -> Iterator[Choice]:
    """Properties of what the variable before the point is said to be, else of all; functions of a name space."""
    found = _DOTTED.search(before)
    whole = found[0] if found else ""
    if before[: len(before) - len(whole)].split()[-1:] in (["CALL"], ["call"]):
        for name in schema.procedures:
            if name.startswith(whole):
                yield Choice(name, len(whole), "procedure")
        return
    owner = tokens[-2].text if len(tokens) > 1 and tokens[-2].is_name else ""
    known = _properties(_kinds_of(tokens, owner), schema)
    if known:
        yield from _matching(((one.name, _meaning(one)) for one in known), typed)
    else:
        yield from _matching(((name, "") for name in schema.properties), typed)
    for name in schema.functions:
        if whole and name.startswith(whole.lower()):
            yield Choice(f"{name}(", len(whole), "function")


def _kinds_of(tokens: Sequence[Token], variable: str) -> set[str]:
    """Labels and types that stand behind `variable:` anywhere in the text."""
    return {
        tokens[at + 2].text
        for at in range(len(tokens) - 2)
        if tokens[at].is_name
        and tokens[at].text == variable
        and tokens[at + 1].text == ":"
        and tokens[at + 2].is_name
    }


def _keys(tokens: Sequence[Token], opened: int | None, schema: SchemaShape) -> list[PropertyShape]:
    """Properties of `(u:User {` and `[h:HAS {`."""
    if opened is None or tokens[opened].text != "{" or opened < 2 or tokens[opened - 2].text != ":":
        return []
    return _properties({tokens[opened - 1].text}, schema)


def _names_kinds(tokens: Sequence[Token], opened: int | None) -> bool:
    """Whether a label or type follows: not so behind the key of a map."""
    if tokens[-1].text != ":":
        return any(token.text == ":" for token in tokens[(opened or 0) :])
    if opened is None or tokens[opened].text != "{":
        return True
    return tokens[-3].text not in ("{", ",") if len(tokens) > 2 else False


def _opened(tokens: Sequence[Token]) -> int | None:
    """Where the innermost bracket stands that is still open."""
    stack: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind is not Kind.SIGN:
            continue
        if token.text in _OPENING:
            stack.append(at)
        elif stack and token.text == _OPENING[tokens[stack[-1]].text]:
            stack.pop()
    return stack[-1] if stack else None


def _properties(kinds: set[str], schema: SchemaShape) -> list[PropertyShape]:
    every: list[LabelShape | RelationshipTypeShape] = [*schema.labels, *schema.types]
    return [one for kind in every if kind.name in kinds for one in kind.properties]


def _matching(named: Iterable[tuple[str, str]], typed: str) -> Iterator[Choice]:
    for name, meaning in named:
        if name.lower().startswith(typed.lower()):
            yield Choice(_quoted(name), len(typed), meaning)


def _quoted(name: str) -> str:
    plain = _PLAIN.fullmatch(name.removesuffix("(")) or "." in name
    return name if plain else "`" + name.replace("`", "``") + "`"


def _meaning(one: PropertyShape) -> str:
    return one.meaning if one.shown == "plain" else f"{one.meaning} ({one.shown})"


def _in_comment(head: str) -> bool:
    """Whether a text ends in a `//` comment: a sign behind it would be no code."""
    return len(list(tokenize(f"{head}x"))) == len(list(tokenize(head)))
