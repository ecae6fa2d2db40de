"""Shapes of saved queries and of the gallery."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

from fastapi import Body
from pydantic import ConfigDict, Field

from api.rest.console.shapes import RUN_ID
from api.rest.shapes import Instant, Shape
from graph.console.kept import LONGEST_DESCRIPTION, LONGEST_NAME, Kept, KeptVersion, Sharing, Version
from graph.console.model import Mode
from graph.gallery.analysis import Analysis

_DEFAULTS: Final = "Values of its parameters where a run gives no others; each run must give those left out."


class VersionInput(Shape):
    """What a query is to say."""

    statement: str = Field(
        description="One read statement, as `POST /v1/console/run` takes it.",
        examples=["MATCH (p:Profile {city: $city}) RETURN count(p) AS profiles"],
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict[str, Any], description=_DEFAULTS, examples=[{"city": "Shanghai"}]
    )


class QueryInput(VersionInput):
    """A query to be saved."""

    name: str = Field(description=f"What it is called: 1 to {LONGEST_NAME} characters in one line.")
    description: str = Field("", description=f"What it is for: at most {LONGEST_DESCRIPTION:,} characters.")
    sharing: Sharing = Field(
        Sharing.PRIVATE,
        description="`private`: yours alone; `team`: everybody who may ask here sees and runs it.",
    )


class ChangeInput(Shape):
    """What is to be changed of a query; what is left out stays."""

    name: str | None = Field(None, description="Another name.")
    description: str | None = Field(None, description="Another description.")
    sharing: Sharing | None = Field(None, description="`team` shares it, `private` takes it back.")


class RunSavedInput(Shape):
    """How a saved query is to be run."""

    model_config = ConfigDict(json_schema_extra={"description": "How it is to be run."})

    parameters: dict[str, Any] = Field(
        default_factory=dict[str, Any],
        description="Values that stand in for defaults. One that the statement does not name is refused.",
    )
    mode: Mode = Field(Mode.RUN, description="`run`, `explain` or `profile`, as for `POST /v1/console/run`.")
    reveal: list[str] = Field(
        default_factory=list[str],
        max_length=20,
        description="Columns whose sealed values are shown in the clear, as for `POST /v1/console/run`.",
    )
    run: str | None = Field(
        None, pattern=RUN_ID, description="An id of your choice, by which the run can be cancelled."
    )


def _as_saved() -> RunSavedInput:
    return RunSavedInput.model_validate({})


HowToRun: TypeAlias = Annotated[RunSavedInput, Body(default_factory=_as_saved)]
"""The body of a run; without one, all is as it was saved."""


class VersionShape(Shape):
    """A version of a query; it never changes."""

    version: int = Field(description="Its number, from 1.")
    by: str = Field(description="Id of the key that left it.")
    at: Instant = Field(description="Since when it is there.")

    @classmethod
    def of(cls, version: Version) -> VersionShape:
        """The version as it is answered."""
        return cls(version=version.number, by=version.by, at=version.recorded_at)


class QueryShape(Shape):
    """A saved query."""

    id: str = Field(description="Its id.")
    name: str = Field(description="What it is called.")
    description: str = Field(description="What it is for; may be empty.")
    owner: str = Field(description="Id of the key that saved it; of a rotated key, of the first of its line.")
    mine: bool = Field(description="Whether it is yours.")
    sharing: Sharing = Field(description="`private` or `team`.")
    newest: int = Field(description="Number of its newest version.")
    created_at: Instant = Field(description="Since when it is kept.")

    @classmethod
    def of(cls, query: Kept, asker: str) -> QueryShape:
        """The query as it is answered to whom that asks, a `Caller.owner`."""
        return cls(**_told(query, asker))


class QueryDetailShape(QueryShape):
    """A saved query with what one of its versions says."""

    version: int = Field(description="Number of the version that is shown.")
    statement: str = Field(description="Its statement.")
    parameters: dict[str, Any] = Field(description=_DEFAULTS)
    versions: list[VersionShape] = Field(description="All its versions, oldest first.")

    @classmethod
    def detailed(cls, kept: KeptVersion, versions: list[Version], asker: str) -> QueryDetailShape:
        """The query with one version, and which others there are."""
        return cls(
            **_told(kept.query, asker),
            version=kept.version.number,
            statement=kept.content.statement,
            parameters=dict(kept.content.parameters),
            versions=[VersionShape.of(version) for version in versions],
        )


class DeletedShape(Shape):
    """A query that was deleted."""

    id: str = Field(description="Its id.")
    deleted: bool = Field(description="True: nobody sees it any more.")


class AnalysisParameterShape(Shape):
    """A parameter of an analysis."""

    name: str = Field(description="Its name.")
    type: str = Field(description="Its Cypher type.")
    default: Any = Field(description="Its value where a run gives no other; may be null.")
    meaning: str = Field(description="What it means.")


class AnalysisShape(Shape):
    """A ready analysis."""

    name: str = Field(description="Its name in addresses, as `ltv_by_cohort`.")
    title: str = Field(description="The name in words.")
    topic: str = Field(description="What it is about; the gallery is ordered by it.")
    question: str = Field(description="What it answers.")
    notes: str = Field(description="How that is meant; may be empty.")
    parameters: list[AnalysisParameterShape] = Field(description="Its parameters.")
    columns: dict[str, str] = Field(description="Its columns with their Cypher types.")
    statement: str = Field(description="The statement, to be copied and changed.")

    @classmethod
    def of(cls, analysis: Analysis) -> AnalysisShape:
        """The analysis as it is answered."""
        return cls(
            name=analysis.name,
            title=analysis.title,
            topic=str(analysis.topic),
            question=analysis.question,
            notes=analysis.notes,
            parameters=[
                AnalysisParameterShape(name=one.name, type=one.type, default=one.default, meaning=one.meaning)
                for one in analysis.parameters
            ],
            columns=dict(analysis.columns),
            statement=analysis.text,
        )


class GalleryShape(Shape):
    """All ready analyses."""

    items: list[AnalysisShape] = Field(description="The analyses, by topic.")


def _told(query: Kept, asker: str) -> dict[str, Any]:
    return {
        "id": query.id,
        "name": query.name,
        "description": query.description,
        "owner": query.owner,
        "mine": query.owner == asker,
        "sharing": query.sharing,
        "newest": query.newest,
        "created_at": query.recorded_at,
    }
