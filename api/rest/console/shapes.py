"""Shapes of the console's door. Its errors say the place in the statement, too."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ConfigDict, Field

from api.rest.shapes import Instant, Shape
from graph.access.audit import ConsoleRun
from graph.console.model import Mode
from graph.console.schema import Schema

NDJSON: Final = "application/x-ndjson"
RUN_ID: Final = r"^[A-Za-z0-9-]{1,64}$"
ARROW: Final = "application/vnd.apache.arrow.stream"


class RunInput(Shape):
    """A statement to be run."""

    model_config = ConfigDict(json_schema_extra={"description": "A statement to be run."})

    statement: str = Field(
        description="One read statement of Cypher, at most 50,000 characters. `CYPHER 25` may stand before it.",
        examples=["MATCH (u:User) RETURN count(u) AS people"],
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict[str, Any],
        description="Values of the statement's `$` parameters by name: JSON, integers of at most 64 bits.",
    )
    mode: Mode = Field(
        Mode.RUN,
        description="`run`; `explain` answers the plan in the summary, without running it; `profile` runs it and "
        "answers the plan with what each step cost.",
    )
    reveal: list[str] = Field(
        default_factory=list[str],
        max_length=20,
        description="Columns whose sealed values are shown in the clear: values of `HAS` and `CLAIMS`, VINs of "
        "`DRIVES`, record ids and traits of `Profile`. For keys that may see identifiers, with `X-Purpose`; audited.",
    )
    run: str | None = Field(
        None,
        pattern=RUN_ID,
        description="An id of your choice, by which the run can be cancelled before it has answered; left out, one "
        "is made. It must not be that of a run that goes on.",
    )


class ConsoleErrorDetail(Shape):
    """What is wrong with a statement."""

    code: str = Field(description="Stable, for programs.", examples=["syntax"])
    message: str = Field(description="What is wrong, in English.")
    line: int | None = Field(description="Line of the statement, from 1; null where there is no place.")
    column: int | None = Field(description="Column in that line, from 1.")
    hint: str = Field(description="What to do about it.")


class ConsoleErrorBody(Shape):
    """How the console answers every error, also as the last line of a stream."""

    error: ConsoleErrorDetail = Field(description="The one error.")


class CancelledShape(Shape):
    """A run that was cancelled."""

    run: str = Field(description="The run's id.")
    cancelled: bool = Field(description="True: it is being ended, and its reader is told.")


class PastRunShape(Shape):
    """A run of the past."""

    run: str = Field(description="Its id.")
    at: Instant = Field(description="When it was asked.")
    statement: str = Field(description="The statement as it was sent.")
    parameters: list[str] = Field(description="Names of its parameters; their values are not kept.")
    mode: str = Field(description="`run`, `explain` or `profile`.")
    revealed: list[str] = Field(description="Columns that were to be shown in the clear.")
    rows: int = Field(description="How many rows were answered.")
    seconds: float = Field(description="How long it took.")
    outcome: str = Field(
        description="`done`, `truncated`, `abandoned` where nobody read it to its end, or the code of its error."
    )

    @classmethod
    def of(cls, past: ConsoleRun) -> PastRunShape:
        """The run as it is answered."""
        return cls(
            run=past.run,
            at=past.at,
            statement=past.statement,
            parameters=list(past.parameters),
            mode=past.mode,
            revealed=list(past.revealed),
            rows=past.rows,
            seconds=past.micros / 1e6,
            outcome=past.outcome,
        )


class PropertyShape(Shape):
    """A property of a label or type."""

    name: str = Field(description="Its name.")
    meaning: str = Field(description="What it means.")
    shown: str = Field(description="`plain`, or how it is hidden in results: `sealed`, `blind`.")


class LabelShape(Shape):
    """A label of nodes."""

    name: str = Field(description="Its name.")
    meaning: str = Field(description="What it means; empty where it is none of guanxi's.")
    properties: list[PropertyShape] = Field(description="What its nodes may carry.")


class RelationshipTypeShape(Shape):
    """A type of relationships."""

    name: str = Field(description="Its name.")
    meaning: str = Field(description="What it means; empty where it is none of guanxi's.")
    joins: list[tuple[str, str]] = Field(description="Labels that it leads from and to.")
    properties: list[PropertyShape] = Field(description="What its relationships may carry.")


class SchemaShape(Shape):
    """What can be named in a statement."""

    server: str = Field(description="The version of Neo4j whose lists hold.")
    labels: list[LabelShape] = Field(description="Labels with their properties.")
    types: list[RelationshipTypeShape] = Field(description="Relationship types with their properties.")
    properties: list[str] = Field(description="All property keys that the graph has or had.")
    functions: list[str] = Field(description="Functions that may be called, in lower case.")
    procedures: list[str] = Field(description="Procedures that may be called.")

    @classmethod
    def of(cls, schema: Schema) -> SchemaShape:
        """The schema as it is answered."""
        return cls(
            server=schema.server,
            labels=[
                LabelShape(
                    name=one.name,
                    meaning=one.meaning,
                    properties=[
                        PropertyShape(name=p.name, meaning=p.meaning, shown=p.shown) for p in one.properties
                    ],
                )
                for one in schema.labels
            ],
            types=[
                RelationshipTypeShape(
                    name=one.name,
                    meaning=one.meaning,
                    joins=list(one.joins),
                    properties=[
                        PropertyShape(name=p.name, meaning=p.meaning, shown=p.shown) for p in one.properties
                    ],
                )
                for one in schema.types
            ],
            properties=list(schema.properties),
            functions=list(schema.functions),
            procedures=list(schema.procedures),
        )


_MEANT: Final = {
    400: "It is no good Cypher, or fails with these values; the request is wrong.",
    401: "There is no good key.",
    403: "The key may not do this, or the statement may not be run.",
    404: "There is nothing of this name for you.",
    408: "It took too long, or was cancelled; nothing of it runs any more.",
    413: "The request is too large.",
    429: "The key asks too often, or has too much running: wait as `Retry-After` says.",
    503: "The database cannot be reached now: wait as `Retry-After` says.",
}


def console_errors(*more: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a route may answer, as OpenAPI describes them."""
    return {
        status: {"model": ConsoleErrorBody, "description": _MEANT[status]}
        for status in sorted({400, 401, 403, 429, 503, *more})
    }
