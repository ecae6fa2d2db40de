"""How the console's answers, plans and errors are shown. Pure but for the write that is given."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, Final, Protocol, cast

from rich.cells import cell_len

from graph.console.errors import ConsoleError, error_object
from graph.errors import InputError
from graph.spreadsheet import safe_cell

Write = Callable[[str], object]
"""Takes text; line ends are in it."""

_WIDEST: Final = 60
_LAST_WIDEST: Final = 240
"""Of the last column, which pushes nothing aside."""
_LOOKED_AT: Final = 40
"""Rows that decide how wide the columns of a table are, about a screen of them; the first wait for the others."""


class Format(StrEnum):
    """How rows are shown."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Shown(Protocol):
    """Shows an answer as it comes."""

    def columns(self, names: list[str]) -> None: ...
    def row(self, values: list[Any]) -> None: ...
    def end(self) -> None: ...


def shown_by(format_: Format, write: Write) -> Shown:
    """What shows an answer in a format."""
    kinds: dict[Format, Callable[[Write], Shown]] = {
        Format.TABLE: Table,
        Format.CSV: Csv,
        Format.JSON: JsonLines,
    }
    return kinds[format_](write)


class JsonLines:
    """A JSON object for each row."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._names: list[str] = []

    def columns(self, names: list[str]) -> None:
        self._names = names

    def row(self, values: list[Any]) -> None:
        line = json.dumps(dict(zip(self._names, values, strict=True)), ensure_ascii=False)
        self._write(f"{line}\n")

    def end(self) -> None:
        """Nothing waits."""


class Csv:
    """Comma-separated values; what a spreadsheet would take for a formula is a text there."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def columns(self, names: list[str]) -> None:
        self._line([safe_cell(name) for name in names])

    def row(self, values: list[Any]) -> None:
        self._line([safe_cell(value) if isinstance(value, str) else _text(value) for value in values])

    def end(self) -> None:
        """Nothing waits."""

    def _line(self, cells: list[str]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(cells)
        self._write(line.getvalue())


class Table:
    """A table; the first rows (`looked_at`) say how wide its columns are.

    A longer value of a later row pushes what is behind it to the right: it is cut only where it is very long.
    """

    def __init__(self, write: Write, *, looked_at: int = _LOOKED_AT) -> None:
        self._write = write
        self._looked_at = looked_at
        self._rows: list[list[str]] = []
        self._widths: list[int] | None = None

    def columns(self, names: list[str]) -> None:
        self._rows.append([visible(name) for name in names])

    def row(self, values: list[Any]) -> None:
        self._rows.append([visible(in_words(value)) for value in values])
        if self._widths is not None or len(self._rows) > self._looked_at:
            self.end()

    def end(self) -> None:
        if self._widths is None and self._rows:
            self._widths = [
                min(_WIDEST, max(cell_len(cell) for cell in cells)) for cells in zip(*self._rows, strict=True)
            ]
            self._line(self._rows.pop(0))
            self._write("-+-".join("-" * width for width in self._widths) + "\n")
        for row in self._rows:
            self._line(row)
        self._rows = []

    def _line(self, cells: list[str]) -> None:
        most = [_WIDEST] * (len(cells) - 1) + [_LAST_WIDEST]
        widths = zip(cells, self._widths or [], most, strict=True)
        fitted = (_fitted(cell, max(width, min(widest, cell_len(cell)))) for cell, width, widest in widths)
        self._write(" | ".join(fitted).rstrip() + "\n")


def visible(text: str) -> str:
    """The text on one line, without what would steer a terminal: a value must not write to it."""
    if text.isprintable():
        return text
    return "".join(_sign(sign) for sign in text)


def counted(rows: int) -> str:
    """How many rows, in words."""
    return "1 row" if rows == 1 else f"{rows:,} rows"


def told(summary: dict[str, Any]) -> str:
    """How many rows came, and how long that took."""
    cut = f", cut off at the limit of {summary['truncated']}" if summary["truncated"] else ""
    return f"{counted(summary['rows'])} in {summary['seconds']:.3f} s{cut}"


def plan_lines(plan: dict[str, Any], depth: int = 0) -> Iterable[str]:
    """A plan, from its last step down to its first."""
    facts = [f"{name} {plan[name]}" for name in ("rows", "dbHits") if name in plan]
    details = f"  {plan['details']}" if plan.get("details") else ""
    yield visible(f"{'| ' * depth}+{plan['operator']}{details}{'  ' + ', '.join(facts) if facts else ''}")
    for child in reversed(plan["children"]):
        yield from plan_lines(child, depth + 1)


def placed(error: ConsoleError, statement: str) -> InputError:
    """The error with the line it is in, and a caret under the place."""
    found = error_object(error)
    message = f"{error.message} ({found['code']})"
    lines = statement.split("\n")
    if error.line is not None and error.line <= len(lines):
        line, column = lines[error.line - 1], error.column or 1
        caret = " " * cell_len(line[: column - 1]) + "^"
        message = f"{message}\n  line {error.line}, column {column}:\n  {line}\n  {caret}"
    return InputError(message, remedy=error.hint)


def screen_pages(lines: Iterable[str], *, width: int, height: int) -> Iterator[list[str]]:
    """Lines in pages that fit a screen; a line that is wider than it takes several of its rows."""
    page: list[str] = []
    taken = 0
    for line in lines:
        takes = max(1, -(-cell_len(line) // max(width, 1)))
        if page and taken + takes > height:
            yield page
            page, taken = [], 0
        page.append(line)
        taken += takes
    if page:
        yield page


def in_words(value: Any) -> str:
    """A value as people read it: nodes, relationships and paths as patterns, times and numbers as they are."""
    return value if isinstance(value, str) else "" if value is None else _pattern(value)


def _pattern(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_pattern(one) for one in cast('list[Any]', value))}]"
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    typed = cast("dict[str, Any]", value)
    return _typed(typed) if "$type" in typed else _map(typed)


def _typed(value: dict[str, Any]) -> str:
    match value["$type"]:
        case "node":
            return f"(:{':'.join(value['labels'])}{_properties(value.get('id') or value['properties'])})"
        case "relationship":
            return f"[:{value['type']}{_properties(value['properties'])}]"
        case "path":
            return _way(value["nodes"], value["relationships"])
        case "map":
            return _map(value["value"])
        case _:
            return str(value["value"]) if "value" in value else json.dumps(value, ensure_ascii=False)


def _way(nodes: list[dict[str, Any]], relationships: list[dict[str, Any]]) -> str:
    """A path: each relationship in its direction."""
    made = _pattern(nodes[0]) if nodes else ""
    for before, one, after in zip(nodes, relationships, nodes[1:], strict=False):
        ahead = one["start"] == before["ref"]
        made += f"-{_pattern(one)}->{_pattern(after)}" if ahead else f"<-{_pattern(one)}-{_pattern(after)}"
    return made


def _properties(properties: dict[str, Any]) -> str:
    return f" {_map(properties)}" if properties else ""


def _map(values: dict[str, Any]) -> str:
    return f"{{{', '.join(f'{name}: {_pattern(value)}' for name, value in values.items())}}}"


def _text(value: Any) -> str:
    """A value in a cell of CSV: JSON, but for texts."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _sign(sign: str) -> str:
    if sign == "\n":
        return "⏎"
    if unicodedata.category(sign) == "Cc":
        return f"\\x{ord(sign):02x}"
    return sign if sign.isprintable() or unicodedata.category(sign) == "Zs" else f"\\u{ord(sign):04x}"


def _fitted(text: str, width: int) -> str:
    if cell_len(text) > width:
        kept = text[: width - 1]
        while cell_len(kept) > width - 1:
            kept = kept[:-1]
        text = f"{kept}…"
    return text + " " * (width - cell_len(text))
