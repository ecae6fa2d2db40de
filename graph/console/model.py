"""What the console is asked, and what it answers, part by part. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

from graph.access.purpose import Purpose
from graph.access.roles import Caller

Json: TypeAlias = Any

PARQUET: Final = "application/vnd.apache.parquet"
"""Its media type."""


class Mode(StrEnum):
    """What is done with a statement."""

    RUN = "run"
    EXPLAIN = "explain"  # its plan, without running it
    PROFILE = "profile"  # run, and its plan with what each step cost


class Format(StrEnum):
    """Kinds of files that an answer can be."""

    CSV = "csv"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """As `Content-Type` says it."""
        return "text/csv; charset=utf-8" if self is Format.CSV else PARQUET


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take; the settings `GUANXI_CONSOLE_*`."""

    seconds: float = 30.0
    rows: int = 100_000
    result_bytes: int = 64 * 2**20
    fetch: int = 200
    """Rows that Neo4j sends at once, of which it hands on none before it has made some hundred.

    With the driver's usual 1,000 a first row takes half as long again; 10,000 rows take a tenth longer with 200.
    """


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what for; `purpose` is None where masks will do."""

    caller: Caller
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One run. `run` is an id of the caller's choice, by which it can be cancelled before it has answered."""

    statement: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    mode: Mode = Mode.RUN
    reveal: tuple[str, ...] = ()
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The first part of an answer."""

    run: str
    names: tuple[str, ...]

    def body(self) -> dict[str, Json]:
        """As it is sent."""
        return {"columns": list(self.names), "run": self.run}


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows in order: as JSON values, and each as a line of JSON."""

    values: list[list[Json]]
    lines: list[bytes]


@dataclass(frozen=True, slots=True)
class Summary:
    """The last part of an answer. `truncated` is `rows` or `bytes` where a limit cut the answer off."""

    run: str
    rows: int
    seconds: float
    truncated: str | None = None
    plan: Json = None

    def body(self) -> dict[str, Json]:
        """As it is sent."""
        told: dict[str, Json] = {
            "run": self.run,
            "rows": self.rows,
            "seconds": round(self.seconds, 6),
            "truncated": self.truncated,
        }
        return {"summary": told | ({"plan": self.plan} if self.plan is not None else {})}


Part: TypeAlias = Columns | Rows | Summary

FIRST_ROWS: Final = 1
"""Rows of the first part, so that it comes soon; each part after it has eight times more, up to `Limits.fetch`."""
