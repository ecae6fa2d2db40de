"""What statements say: both languages have the same messages, and every result has its own."""

from __future__ import annotations

import string

import pytest

from graph.explanation.model import Language
from graph.ledger.line import Line
from graph.ledger.model import EntryKind, Outcome, Result
from graph.ledger.words import messages, shown, tell


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same_things() -> None:
    english, chinese = messages(Language.EN), messages(Language.ZH)
    assert english.keys() == chinese.keys()
    assert {key: placeholders(text) for key, text in english.items()} == {
        key: placeholders(text) for key, text in chinese.items()
    }


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("result", list(Result))
def test_every_result_has_a_sentence(result: Result, language: Language) -> None:
    outcome = Outcome("g:referrer", "p", "CNY", result, 350_000, 350_000, "33 amount month", "r", "rule")
    line = Line(1, 1, "k", EntryKind.GRANT, "v", "hand:k", 0, 0, (outcome,), (), None)
    assert "3,500.00 CNY" in tell(line, language)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("33 amount month", "the limit of 33 points a month"),
        ("2 rewards ever", "the limit of 2 rewards in all"),
        ("of another version", "the limit of of another version"),
    ],
)
def test_the_cap_is_named(reason: str, told: str) -> None:
    outcome = Outcome("g:referee", "p", "points", Result.CAPPED, 5, 0, reason, "", "upload-photo")
    line = Line(1, 1, "k", EntryKind.GRANT, "v", "c", 0, 0, (outcome,), (), None)
    assert f"of 5 points by the rule upload-photo: {told}" in tell(line, Language.EN)


def test_amounts_have_the_decimals_of_their_unit() -> None:
    assert shown(123_456, "CNY", Language.EN) == "1,234.56 CNY"
    assert shown(123_456, "JPY", Language.EN) == "123,456 JPY"
    assert shown(1, "status", Language.ZH) == "1成长值"
