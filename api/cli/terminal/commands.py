"""Lines that begin with a colon: commands of the terminal. And when what is typed is ready to be run. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from graph.console.errors import ConsoleError
from graph.console.tokens import Kind, tokenize
from graph.errors import InputError

HELP: Final = {
    ":help": "what can be typed",
    ":params": "the parameters that are set",
    ":param NAME VALUE": "set $NAME: JSON, or else a text; without VALUE forget it",
    ":explain STATEMENT": "the plan, without running it; alone, of the last statement",
    ":profile STATEMENT": "run it, and show what each step cost; alone, the last statement",
    ":export FILE": "write the last answer into a new file: .csv, .json or .parquet",
    ":quit": "leave; as Ctrl-D",
}
NAMES: Final = tuple(line.split()[0] for line in HELP)
_TAKE_A_STATEMENT: Final = frozenset({":explain", ":profile"})


@dataclass(frozen=True, slots=True)
class Command:
    """A command with what stands behind its name."""

    name: str
    rest: str = ""


def command_of(text: str) -> Command | None:
    """The command that a text is; None for a statement. Raises InputError for one that there is not."""
    text = text.strip()
    if not text.startswith(":"):
        return None
    name, *rest = text.split(None, 1)
    if name not in NAMES:
        raise InputError(f"There is no command {name[:40]}.", remedy=f"There are {', '.join(NAMES)}.")
    return Command(name, rest[0] if rest else "")


def parameter_of(rest: str) -> tuple[str, Any] | tuple[str]:
    """`NAME VALUE` as both, `NAME` alone; the value is JSON where it is any. Raises InputError."""
    name, *value = rest.split(None, 1)[:2] or [""]
    name = name.removeprefix("$").removesuffix(":")
    if not name.isidentifier():
        raise InputError("A parameter has a name of letters and digits.", remedy="Write :param city 上海.")
    if not value:
        return (name,)
    try:
        return name, json.loads(value[0])
    except ValueError:
        return name, value[0].strip()


def is_ready(text: str) -> bool:
    """Whether Enter behind this text runs it: a command, a statement's `;`, or a line that is empty."""
    stripped = text.strip()
    name, *rest = stripped.split(None, 1) or [""]
    if name.startswith(":") and not (name in _TAKE_A_STATEMENT and rest):
        return True
    if not stripped or text.rstrip(" \t").endswith("\n"):
        return True
    return any(ended for _, ended in _parts(rest[0] if name in _TAKE_A_STATEMENT else text))


def statements(text: str) -> Iterator[str]:
    """What a script holds, in order: statements up to their `;`, and commands, each of which begins a line."""
    while text := text.lstrip():
        first, _, behind = text.partition("\n")
        name, *rest = first.split(None, 1)
        if name.startswith(":") and not (name in _TAKE_A_STATEMENT and rest):
            yield first.strip()
            text = behind
            continue
        offset = len(name) if name in _TAKE_A_STATEMENT else 0
        part, _ = next(_parts(text[offset:]), (text[offset:], False))
        yield (text[:offset] + part).strip()
        text = text[offset + len(part) :]


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces between semicolons that are code, each with its own, and whether it has one.

    A string or comment without an end takes all that is left: Neo4j, or the console, says what is wrong with it.
    """
    begin = 0
    try:
        for token in tokenize(text):
            if token.kind is Kind.SIGN and token.text == ";":
                yield text[begin : token.start + 1], True
                begin = token.start + 1
    except ConsoleError:
        pass
    if text[begin:].strip():
        yield text[begin:], False
