"""Rows of a file: each one read, or refused with its line and reason; one bad row never costs another."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from graph.errors import InputError
from graph.ingest.files.stream import MAX_ROW_BYTES, FileFormat, Line, Lines, OpenFile

LINE_COLUMN: Final = "rejectedLine"
REASON_COLUMN: Final = "rejectedReason"
ROW_KEY: Final = "row"

_DELIMITERS: Final = ",;\t|"
_MAX_COLUMNS: Final = 2_000
_SHOWN_BYTES: Final = 1_000
_NOT_JSON: Final = re.compile(rb"(?:^|[:\[,\s])(NaN|-?Infinity)(?=[,\]}\s])")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its values by column, or the problem why there are none.

    `line` is where it begins, `end` the place in the stream after it, `lines` how many lines it took.
    `raw` is what the file says, for the file of rejected rows (its beginning, where a row is too long).
    """

    line: int
    end: int
    lines: int
    raw: list[str] | bytes
    values: dict[str, Any]
    problem: str = ""


class Rows:
    """The rows of an opened file; `columns` are a CSV or Parquet file's, None for JSON Lines.

    Raises InputError where there is no header or a column stands twice.
    """

    def __init__(self, file: OpenFile, *, delimiter: str | None = None) -> None:
        self._file = file
        self._lines = Lines(file.stream)
        self.columns: list[str] | None = None
        self._delimiter = ","
        self._unread: Line | None = None
        if file.format is FileFormat.CSV:
            self._read_header(delimiter)
        elif file.columns is not None:
            self.columns = file.columns

    @property
    def places(self) -> tuple[int, ...]:
        """Indexes of the columns that say something: with a name that we did not put there."""
        ours = ("", LINE_COLUMN, REASON_COLUMN)
        return tuple(place for place, name in enumerate(self.columns or []) if name not in ours)

    def skip_to(self, place: int, line: int) -> None:
        """Go on after a row that ended at `place`, its last line being number `line`."""
        at = self._file.stream
        if self._file.seekable:
            self._file.skip_to(place)
        else:
            self._file.skip_to(place - self._lines.place)
        self._lines = Lines(at, start=place, number=line)

    def __iter__(self) -> Iterator[Row]:
        return self._csv_rows() if self._file.format is FileFormat.CSV else self._json_rows()

    def _read_header(self, delimiter: str | None) -> None:
        first = self._next_written()
        if first is not None and (named := re.fullmatch(rb"(?:\xef\xbb\xbf)?sep=(.)\s*", first.data)):
            delimiter = delimiter or named[1].decode("ascii", "replace")  # Excel's own first line
            first = self._next_written()
        if first is None:
            raise InputError(
                f"{self._file.label} has no header line.", remedy="Name the columns in its first line."
            )
        self._lines.put_back([first])
        self._delimiter = delimiter or _sniff(first.data)
        if len(self._delimiter) != 1:
            raise InputError("A delimiter is one character.", remedy="Use --delimiter ';' or 'tab'.")
        row = next(self._csv_rows(header=True), None)
        if row is None or row.problem or isinstance(row.raw, bytes):
            reason = row.problem if row else "it is missing"
            raise InputError(
                f"The header of {self._file.label} cannot be read: {reason}", remedy="Correct it."
            )
        self.columns = [name.strip().removeprefix("\ufeff").strip() for name in row.raw]
        self._check_header()

    def _check_header(self) -> None:
        columns = [name for name in self.columns or [] if name]
        if len(columns) > _MAX_COLUMNS:
            raise InputError(
                f"{self._file.label} has {len(columns)} columns.", remedy=f"At most {_MAX_COLUMNS}."
            )
        for place, name in enumerate(columns):
            if name in columns[:place]:
                raise InputError(
                    f"The header of {self._file.label} has two columns of one name (columns"
                    f" {columns.index(name) + 1} and {place + 1}).",
                    remedy="Give each its own name; a file without a header needs one.",
                )

    def _next_written(self) -> Line | None:
        while (line := self._lines.next()) is not None:
            if line.data.removeprefix(codecs.BOM_UTF8).strip():
                return line
        return None

    def _csv_rows(self, *, header: bool = False) -> Iterator[Row]:
        feed = _Feed(self._lines)
        reader = csv.reader(feed, delimiter=self._delimiter, strict=True)
        names = [] if header else [(place, (self.columns or [])[place]) for place in self.places]
        width = len(self.columns or [])
        while True:
            feed.taken.clear()
            try:
                fields = next(reader)
            except StopIteration:
                return
            except (csv.Error, _BadLineError) as error:
                yield self._bad_csv(feed.taken, error)
                continue
            if not any(fields):
                continue
            taken = feed.taken
            problem = "" if header else _width_problem(fields, width)
            values = {} if problem else {n: text for place, n in names if (text := fields[place].strip())}
            yield Row(taken[0].number, taken[-1].end, len(taken), fields, values, problem)

    def _bad_csv(self, taken: list[Line], error: Exception) -> Row:
        """Refuse the first line only: where a quote was left open, the lines after it are rows."""
        first = taken[0]
        self._lines.put_back(taken[1:])
        problem = str(error) if isinstance(error, _BadLineError) else _CSV_PROBLEMS.get(str(error), _QUOTES)
        if len(taken) > 1 and problem != _QUOTES:
            problem = _OPEN_QUOTE  # it swallowed lines until something else went wrong
        return Row(first.number, first.end, 1, _shown(first), {}, problem)

    def _json_rows(self) -> Iterator[Row]:
        while (line := self._lines.next()) is not None:
            data = line.data.removeprefix(codecs.BOM_UTF8).strip()
            if not data:
                continue
            value, problem = (None, _too_long()) if line.cut else _json(data)
            if isinstance(value, dict):
                yield Row(line.number, line.end, 1, line.data, _unwrapped(value))  # pyright: ignore[reportUnknownArgumentType]
            else:
                yield Row(
                    line.number, line.end, 1, _shown(line), {}, problem or "The line is not a JSON object."
                )


class _BadLineError(Exception):
    """A line that no row can hold."""


class _Feed:
    """Lines as text for `csv.reader`, which reads no line ahead: `taken` are those of the present row."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.taken: list[Line] = []
        self._size = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._lines.next()
        if line is None:
            raise StopIteration
        self._size = len(line.data) + (self._size if self.taken else 0)
        self.taken.append(line)
        if line.cut or self._size > MAX_ROW_BYTES:
            raise _BadLineError(_too_long())
        try:
            return line.data.decode("utf-8-sig" if line.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise _BadLineError(f"Byte {error.start} of the line is not in the file's encoding.") from None


_QUOTES: Final = "The quotes are wrong: a quote inside a quoted field is written twice."
_OPEN_QUOTE: Final = "A quote is opened and never closed."
_CSV_PROBLEMS: Final = {
    "unexpected end of data": _OPEN_QUOTE,
    "field larger than field limit (131072)": "A field has more than 131,072 characters.",
    "new-line character seen in unquoted field - do you need to open the file with newline=''?": (
        "A carriage return stands in a field without quotes."
    ),
}


def _too_long() -> str:
    return f"The row has more than {MAX_ROW_BYTES:,} bytes."


def _unwrapped(value: dict[str, Any]) -> dict[str, Any]:
    """The row itself, where it comes from a file of rejected rows that somebody corrected."""
    row = value.get(ROW_KEY) if LINE_COLUMN in value else None
    return row if isinstance(row, dict) else value  # pyright: ignore[reportUnknownVariableType]


def _width_problem(fields: list[str], width: int) -> str:
    if len(fields) == width or (len(fields) > width and not any(fields[width:])):
        return ""
    return f"The row has {len(fields)} fields, the header has {width}."


def _shown(line: Line) -> bytes:
    return line.data[:_SHOWN_BYTES] if line.cut else line.data.rstrip(b"\r\n")


def _sniff(header: bytes) -> str:
    """The delimiter that stands most often in the header outside quotes; a comma where none does."""
    bare = re.sub(r'"[^"]*"', "", header.decode("utf-8", "replace"))
    return max(_DELIMITERS, key=bare.count)


def _json(data: bytes) -> tuple[Any, str]:
    try:
        return orjson.loads(data), ""
    except orjson.JSONDecodeError as error:
        if data.endswith(b","):
            return None, "The line ends with a comma: JSON Lines have one object a line, nothing between."
        if found := _NOT_JSON.search(data):
            return None, f"{found[1].decode()} is not JSON (character {found.start(1) + 1}); write null."
        if data in (b"[", b"]") or data.startswith(b"["):
            return None, "The line is part of a JSON array; write one object a line."
        return None, f"The line is not JSON: {error.msg.partition(':')[0]}, character {error.colno}."
