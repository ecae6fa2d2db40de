"""The Cypher shelf: every statement of the product, read from `cypher/<domain>/<verb_noun>.cypher`.

A file's header declares its mode, parameters and returned columns. They are compared with the text when the
shelf is loaded, so a statement that does not keep its word stops the program at start-up with file and line.
Text is never substituted: only values travel, as parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import LiteralString, cast

import cypher
from graph.errors import ShelfError

_DIALECT = "CYPHER 5\n"
_DIRECTIVE = re.compile(r"//\s*(mode|param|returns)\s*:?\s*(.*)$")
_DECLARATION = re.compile(r"(\w+):\s*([A-Z][A-Z0-9_<>, ]*)$")
_PARAMETER = re.compile(r"\$(\w+)")
_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LINE_COMMENT = re.compile(r"(?<!:)//[^\n]*")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_ALIAS = re.compile(r"\bAS\s+(\w+)\s*$", re.IGNORECASE)
_NAME = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")


class Mode(StrEnum):
    """Whether a statement may write."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the shelf; `text` is ready to run, dialect included."""

    name: str
    title: str
    mode: Mode
    params: Mapping[str, str]
    returns: Mapping[str, str]
    example: str
    text: LiteralString
    path: Path


class Shelf(Mapping[str, Statement]):
    """All statements by name, as `identity.find_candidates`; unknown names are refused with what there is."""

    def __init__(self, statements: Mapping[str, Statement]) -> None:
        self._statements = dict(statements)

    def __getitem__(self, name: str) -> Statement:
        try:
            return self._statements[name]
        except KeyError:
            raise ShelfError(f"There is no statement {name} on the shelf.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._statements)

    def __len__(self) -> int:
        return len(self._statements)


def shelf_root() -> Path:
    """The folder of the `cypher` package."""
    return Path(cypher.__file__).parent


@lru_cache(maxsize=1)
def shelf() -> Shelf:
    """The product's shelf, loaded once; raises ShelfError naming file and line."""
    return load_shelf(shelf_root())


def load_shelf(root: Path) -> Shelf:
    """Read and check every statement under `root` (migrations are read by `graph.db.migrations`)."""
    files = sorted(p for p in root.rglob("*.cypher") if p.parent.name != "migrations")
    return Shelf({s.name: s for s in (read_statement(file, root) for file in files)})


def strip_comments(text: str) -> str:
    """The statement without comments, line numbers kept."""
    without_blocks = _BLOCK_COMMENT.sub(lambda m: "\n" * m.group().count("\n"), text)
    return _LINE_COMMENT.sub("", without_blocks)


def strip_strings(text: str) -> str:
    """The text with every string literal emptied."""
    return _STRING.sub("''", text)


def read_statement(path: Path, root: Path) -> Statement:
    """Read one file and hold its header against its text."""
    raw = path.read_text(encoding="utf-8")
    name = ".".join(path.relative_to(root).with_suffix("").parts)
    lines = raw.splitlines()
    if not _NAME.fullmatch(name):
        raise ShelfError(f"{path.name}:1: name files <domain>/<verb_noun>.cypher, in lower case.")
    if not lines or lines[0].strip() != f"// {name}":
        raise ShelfError(f"{path.name}:1: the first line must be `// {name}`.")
    mode, params, returns, title = _read_header(path, lines)
    body = strip_strings(strip_comments(raw))
    _check_params(path, body, params)
    _check_returns(path, body, returns)
    example = _BLOCK_COMMENT.search(raw)
    if params and example is None:
        raise ShelfError(f"{path.name}:1: add an example, `/* :params {{…}} */`.")
    return Statement(
        name=name,
        title=title,
        mode=mode,
        params=params,
        returns=returns,
        example=example.group() if example else "",
        # The one cast of the project: text read from our own package is as good as a literal.
        text=cast("LiteralString", _DIALECT + strip_comments(raw).strip()),
        path=path,
    )


def _read_header(path: Path, lines: list[str]) -> tuple[Mode, dict[str, str], dict[str, str], str]:
    mode: Mode | None = None
    declared: dict[str, dict[str, str]] = {"param": {}, "returns": {}}
    title: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.startswith("//"):
            break
        directive = _DIRECTIVE.match(line)
        if directive is None:
            title.append(line.removeprefix("//").strip())
            continue
        kind, rest = directive.group(1), directive.group(2).strip()
        if kind == "mode":
            if rest not in set(Mode):
                raise ShelfError(f"{path.name}:{number}: mode is `read` or `write`.")
            mode = Mode(rest)
            continue
        declaration = _DECLARATION.match(rest)
        if declaration is None:
            raise ShelfError(f"{path.name}:{number}: write `// {kind} name: TYPE`.")
        if declaration.group(1) in declared[kind]:
            raise ShelfError(f"{path.name}:{number}: {declaration.group(1)} is declared twice.")
        declared[kind][declaration.group(1)] = declaration.group(2).strip()
    if mode is None:
        raise ShelfError(f"{path.name}:1: the header lacks `// mode: read` or `// mode: write`.")
    if not title:
        raise ShelfError(f"{path.name}:2: the header lacks a line that says what the statement does.")
    return mode, declared["param"], declared["returns"], " ".join(title)


def _line_of(body: str, position: int) -> int:
    return body.count("\n", 0, position) + 1


def _check_params(path: Path, body: str, params: Mapping[str, str]) -> None:
    used: dict[str, int] = {}
    for match in _PARAMETER.finditer(body):
        used.setdefault(match.group(1), match.start())
    for name, position in used.items():
        if name not in params:
            raise ShelfError(f"{path.name}:{_line_of(body, position)}: ${name} is used but not declared.")
    for name in params:
        if name not in used:
            raise ShelfError(f"{path.name}:1: parameter {name} is declared but not used.")


def _check_returns(path: Path, body: str, returns: Mapping[str, str]) -> None:
    start, aliases = _last_return(body)
    if tuple(returns) != aliases:
        raise ShelfError(
            f"{path.name}:{_line_of(body, start)}: declared returns are ({', '.join(returns)}), "
            f"the last RETURN gives ({', '.join(aliases)})."
        )


def _last_return(body: str) -> tuple[int, tuple[str, ...]]:
    """Position and aliases of the outermost last RETURN; none for a statement that returns nothing."""
    depth, start = 0, -1
    for match in re.finditer(r"[{}]|\bRETURN\b", body):
        sign = match.group()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif depth == 0:
            start = match.end()
    if start < 0:
        return 0, ()
    tail = re.split(r"\b(?:ORDER BY|SKIP|LIMIT)\b", body[start:])[0].strip().rstrip(";")
    tail = re.sub(r"^DISTINCT\b", "", tail)
    return start, tuple(_alias(column) for column in split_top_level(tail))


def _alias(column: str) -> str:
    match = _ALIAS.search(column.strip())
    return match.group(1) if match else column.strip()


def split_top_level(text: str) -> list[str]:
    """The parts of a list of columns, at commas outside all brackets."""
    parts, depth, current = list[str](), 0, ""
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [part for part in [*parts, current] if part.strip()]
