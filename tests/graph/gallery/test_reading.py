"""The gallery as it is listed."""

from __future__ import annotations

import re

import pytest

from graph.db.shelf import Mode, shelf
from graph.errors import NotFoundError
from graph.gallery.analysis import MEANINGS, TOPICS, Topic
from graph.gallery.reading import analyses, analysis


def test_every_file_is_listed_once_and_by_topic() -> None:
    files = {name for name in shelf() if name.startswith("gallery.")}
    listed = [each.name for each in analyses()]
    assert {f"gallery.{name}" for name in listed} == files
    assert len(listed) == len(set(listed)) == len(TOPICS) >= 25
    topics = [each.topic for each in analyses()]
    assert topics == sorted(topics, key=list(Topic).index)
    assert set(topics) == set(Topic)


@pytest.mark.parametrize("name", TOPICS)
def test_each_asks_one_question_and_reads_only(name: str) -> None:
    found = analysis(name)
    statement = shelf()[f"gallery.{name}"]
    assert statement.mode is Mode.READ
    assert found.question[0].isupper()
    assert found.question.endswith("?")
    assert "?" not in found.notes
    assert found.title.lower() == name.replace("_", " ")
    assert statement.text == f"CYPHER 5\n{found.text}"
    assert found.columns == statement.returns
    assert set(found.columns.values()) <= {"STRING", "INTEGER", "FLOAT"}, "an aggregate is one value"


@pytest.mark.parametrize("name", TOPICS)
def test_each_is_capped_and_in_an_order(name: str) -> None:
    found = analysis(name)
    assert found.defaults["limit"] == 100
    assert re.search(r"\nORDER BY [^\n]+\nLIMIT \$limit$", found.text)


def test_parameters_mean_the_same_everywhere() -> None:
    used = {parameter.name: parameter for each in analyses() for parameter in each.parameters}
    assert used.keys() == MEANINGS.keys()
    for each in analyses():
        for parameter in each.parameters:
            assert parameter.meaning == MEANINGS[parameter.name]
            assert parameter.type == used[parameter.name].type
            fits = {"INTEGER": int, "STRING": str}[parameter.type]
            assert parameter.default is None or type(parameter.default) is fits


def test_who_asks_for_another_is_told_where_to_look() -> None:
    with pytest.raises(NotFoundError, match="no such analysis"):
        analysis("gallery.ltv_by_cohort")
