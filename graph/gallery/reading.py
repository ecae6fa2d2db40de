"""Reading the gallery from the shelf."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast

from graph.db.plans import example_parameters
from graph.db.shelf import Statement, shelf
from graph.errors import NotFoundError
from graph.gallery.analysis import MEANINGS, TOPICS, Analysis, Default, Parameter

_DOMAIN: Final = "gallery."
_DIALECT: Final = "CYPHER 5\n"


@lru_cache(maxsize=1)
def analyses() -> tuple[Analysis, ...]:
    """Every analysis, by topic; read once. Raises ShelfError where a file does not keep its header's word."""
    return tuple(_analysis(shelf()[_DOMAIN + name]) for name in TOPICS)


def analysis(name: str) -> Analysis:
    """The analysis of that name, as `ltv_by_cohort`; raises NotFoundError where there is none."""
    for each in analyses():
        if each.name == name:
            return each
    raise NotFoundError(
        "There is no such analysis in the gallery.", remedy="docs/gallery.md says what there is."
    )


def _analysis(statement: Statement) -> Analysis:
    name = statement.name.removeprefix(_DOMAIN)
    question, mark, notes = statement.title.partition("?")
    defaults = cast("dict[str, Default]", example_parameters(statement))
    return Analysis(
        name=name,
        topic=TOPICS[name],
        question=question + mark,
        notes=notes.strip(),
        parameters=tuple(
            Parameter(parameter, kind, defaults[parameter], MEANINGS[parameter])
            for parameter, kind in statement.params.items()
        ),
        columns=statement.returns,
        text=statement.text.removeprefix(_DIALECT),
    )
