"""When a saved query is run by itself, and what its runs came to. Pure.

Times are a cron expression read in a time zone, as Debian's cron reads it: a time that a clock put forward leaves out
is due when the clock goes on, and one that a clock put back has twice is due once. An expression of many times (`*` in
its minutes or hours) is due by the clock as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final

from cronsim import CronSim, CronSimError

from graph.clock import from_datetime, to_datetime
from graph.console.model import Format
from graph.errors import InputError, NotFoundError
from graph.timeline.groups import read_zone

LONGEST_CRON: Final = 120
MOST_KEPT: Final = 100
"""Results of one query that can be kept; beside as many that failed."""
KEPT: Final = 10

MOST_FAILURES: Final = 5
"""Runs that may fail in a row before a schedule is paused."""
MOST_ATTEMPTS: Final = 3
"""Processes that may be lost in a run of one due time before it counts as a failure."""

DONE: Final = "done"
INTERRUPTED: Final = "interrupted"
INTERNAL: Final = "internal"
"""Outcomes of runs that are no code of the console's errors."""

_FIELDS: Final = 5
_EXAMPLE: Final = "Give five fields: minute, hour, day of month, month, day of week, as `0 6 * * 1`."


class Pause(StrEnum):
    """Why a schedule does not run."""

    OWNER = "owner"
    KEY = "key"
    PERMISSION = "permission"
    FAILURES = "failures"
    NEVER = "never"

    @property
    def meaning(self) -> str:
        """In a sentence."""
        return _MEANT[self]


_MEANT: Final[Mapping[Pause, str]] = {
    Pause.OWNER: "Its owner paused it.",
    Pause.KEY: "The owner's key was revoked or has expired.",
    Pause.PERMISSION: "The owner's key may not ask in the console any more.",
    Pause.FAILURES: f"Its last {MOST_FAILURES} runs failed.",
    Pause.NEVER: "No later time is named by its expression.",
}


class ScheduleNotFoundError(NotFoundError):
    """The query has no schedule."""

    code: ClassVar[str] = "schedule_not_found"

    def __init__(self) -> None:
        super().__init__("The query has no schedule.", remedy="Its owner sets one by PUT.")


class ResultNotFoundError(NotFoundError):
    """There is no such result, it is not kept any more, or it has no file here."""

    code: ClassVar[str] = "result_not_found"


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody asks for: when, as which file, over which values, and how many results are kept."""

    cron: str
    time_zone: str = "UTC"
    format: Format = Format.CSV
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    keep: int = KEPT


@dataclass(frozen=True, slots=True)
class Schedule:
    """A query's schedule, set by the key `by`; times in µs.

    `due_at` is the next due time, or that of the run under way; None while it is paused. `next_at` is when it may be
    taken: the same, or the end of the lease of the run `lease`.
    """

    query_id: str
    terms: Terms
    by: str
    paused: Pause | None
    failures: int
    due_at: int | None
    next_at: int | None
    lease: str | None
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of a schedule came to; times and `micros` in µs, `recorded_at` is when it had ended.

    `outcome` is done, or the code of the error that `message` tells of: then there is no file. `truncated` is rows or
    bytes where a limit cut it off.
    """

    id: str
    query_id: str
    due_at: int
    by: str
    format: Format
    outcome: str
    message: str | None
    rows: int
    bytes: int
    digest: str | None
    truncated: str | None
    micros: int
    recorded_at: int

    @property
    def file(self) -> str:
        """The name of its file."""
        return file_of(self.id, self.format)


def file_of(result_id: str, format_: Format) -> str:
    """The name of a result's file."""
    return f"{result_id}.{format_}"


def next_due(terms: Terms, *, after: int) -> int:
    """The first due time (µs) after a time.

    Raises InputError for what is no expression of five fields, for an unknown zone, and where none comes in 50 years.
    """
    zone = read_zone(terms.time_zone)
    cron = terms.cron
    if len(cron) > LONGEST_CRON or not cron.isascii() or len(cron.split()) != _FIELDS:
        raise InputError("`cron` is no expression of five fields.", remedy=_EXAMPLE)
    try:
        times = CronSim(cron, to_datetime(after).astimezone(zone))
    except CronSimError as error:
        raise InputError(f"`cron` is no expression: {error}.", remedy=_EXAMPLE) from None
    for moment in times:
        due = from_datetime(moment)
        if due > after:  # a time that the clock has twice may be behind us already
            return due
    raise InputError("`cron` names no time of the next 50 years.", remedy=_EXAMPLE)


def check_keep(keep: int) -> None:
    """Raises InputError unless so many results can be kept."""
    if not 1 <= keep <= MOST_KEPT:
        raise InputError(f"`keep` is not 1 to {MOST_KEPT}.", remedy="Correct it.")


def later(terms: Terms, *, after: int) -> int | None:
    """The first due time after a time; None where the expression names none any more."""
    try:
        return next_due(terms, after=after)
    except InputError:
        return None


def after_run(schedule: Schedule, *, failed: bool, began: int) -> tuple[int | None, int, Pause | None]:
    """The next due time, how many runs failed in a row, and why it is paused, behind a run that began then.

    Due times that passed before it began are not made up for: that run was theirs.
    """
    failures = schedule.failures + 1 if failed else 0
    if failures >= MOST_FAILURES:
        return None, failures, Pause.FAILURES
    due = later(schedule.terms, after=began)
    return due, failures, Pause.NEVER if due is None else None
