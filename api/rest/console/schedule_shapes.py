"""Shapes of schedules and their results."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.rest.shapes import Instant, Shape
from graph.console.model import Format
from graph.console.schedule import (
    KEPT,
    LONGEST_CRON,
    MOST_FAILURES,
    MOST_KEPT,
    Pause,
    Result,
    Schedule,
    Terms,
)


class ScheduleInput(Shape):
    """When a query is to run by itself, and what is to be made of it."""

    cron: str = Field(
        max_length=LONGEST_CRON,
        description="Five fields of cron: minute, hour, day of month, month, day of week.",
        examples=["0 6 * * MON"],
    )
    time_zone: str = Field(
        "UTC",
        description="IANA name of the zone that `cron` is read in. A time that a clock put forward leaves out is due "
        "when the clock goes on; one that a clock put back has twice, once.",
        examples=["Asia/Shanghai"],
    )
    format: Format = Field(
        Format.CSV, description="Kind of the files: `csv`, where no cell is a formula, or `parquet`."
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict[str, Any],
        description="Values over the query's defaults. Each parameter must have one or the other.",
    )
    keep: int = Field(
        KEPT,
        ge=1,
        le=MOST_KEPT,
        description="How many results are kept; as many failures are kept beside them. Older ones are deleted.",
    )
    paused: bool = Field(False, description="True keeps the schedule without running it.")

    def terms(self) -> Terms:
        """What is asked for."""
        return Terms(self.cron, self.time_zone, self.format, self.parameters, self.keep)


class ScheduleShape(Shape):
    """A query's schedule."""

    query: str = Field(description="The query's id.")
    cron: str = Field(description="Its times, as a cron expression.")
    time_zone: str = Field(description="The zone that they are read in.")
    format: Format = Field(description="Kind of its files.")
    parameters: dict[str, Any] = Field(description="Values over the query's defaults.")
    keep: int = Field(description="How many results are kept.")
    by: str = Field(description="Id of the key that set it, as which it runs.")
    since: Instant = Field(description="When it was set.")
    next_at: Instant | None = Field(
        description="The next due time, or that of the run under way; null while it is paused."
    )
    running: bool = Field(description="Whether a run is under way.")
    failures: int = Field(
        description=f"How many runs failed since one went well; with {MOST_FAILURES} it is paused."
    )
    paused: Pause | None = Field(
        description="Null while it runs; else why not: `owner` paused it, the owner's `key` was revoked or has "
        "expired, the key's `permission` to ask in the console is gone, too many `failures`, or `never` again due."
    )
    reason: str | None = Field(description="The same in a sentence.")

    @classmethod
    def of(cls, schedule: Schedule) -> ScheduleShape:
        """The schedule as it is answered."""
        terms, paused = schedule.terms, schedule.paused
        return cls(
            query=schedule.query_id,
            cron=terms.cron,
            time_zone=terms.time_zone,
            format=terms.format,
            parameters=dict(terms.parameters),
            keep=terms.keep,
            by=schedule.by,
            since=schedule.recorded_at,
            next_at=schedule.due_at,
            running=schedule.lease is not None,
            failures=schedule.failures,
            paused=paused,
            reason=None if paused is None else paused.meaning,
        )


class DeletedScheduleShape(Shape):
    """A schedule that was taken away."""

    query: str = Field(description="The query's id.")
    deleted: bool = Field(description="True: it runs by itself no more.")


class ResultShape(Shape):
    """What a run of a schedule came to."""

    id: str = Field(description="Its id, which is also the run's in the record.")
    due_at: Instant = Field(
        description="The due time that it is of; the first one, where several were missed."
    )
    at: Instant = Field(description="When it had ended.")
    seconds: float = Field(description="How long it took.")
    by: str = Field(description="Id of the key that it ran as.")
    format: Format = Field(description="Kind of its file.")
    outcome: str = Field(
        description="`done`, or the code of its error: one of the console's, `interrupted` or `internal`."
    )
    message: str | None = Field(description="What was wrong; null where it is done.")
    rows: int = Field(description="How many rows its file has.")
    bytes: int = Field(description="Size of its file; 0 where there is none.")
    truncated: str | None = Field(description="`rows` or `bytes`, where a limit cut it off; else null.")

    @classmethod
    def of(cls, result: Result) -> ResultShape:
        """The result as it is answered."""
        return cls(
            id=result.id,
            due_at=result.due_at,
            at=result.recorded_at,
            seconds=result.micros / 1e6,
            by=result.by,
            format=result.format,
            outcome=result.outcome,
            message=result.message,
            rows=result.rows,
            bytes=result.bytes,
            truncated=result.truncated,
        )
