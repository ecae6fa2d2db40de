"""Sentences: every code has one in both languages, with the same placeholders."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

import pytest

from graph.explanation.model import Language, Untold
from graph.explanation.repository import FORGOTTEN
from graph.explanation.words import Words, messages
from graph.identity.evidence import Grade, SizeKind
from graph.identity.explain_facts import Change, Obstacle
from graph.identity.gather import GENERIC, HOT, PERSONAL, SHARED
from graph.identity.tiers import LAST_LOOK, STAGES, STEWARD
from graph.ingest.normalise import Namespace
from graph.matching.fields import NAMED_FIELDS

TIERS = (STEWARD.name, *(tier.name for stage in STAGES for tier in stage.tiers), LAST_LOOK, "none")
REFUSED = ("limit", "cap", "support", "overgrown", "read-limit")
CODES: dict[str, Iterable[str]] = {
    "obstacle": Obstacle,
    "change": Change,
    "weak": Change,
    "grade": Grade,
    "namespace": Namespace,
    "class": (PERSONAL, SHARED, GENERIC, HOT, "marked"),
    "tier": TIERS,
    "refusal": REFUSED,
    "near": SizeKind,
    "rule": ("alone", "linked", "linked_by", "ambiguous", FORGOTTEN, *REFUSED),
    "untold": Untold,
    "field": (one.name for one in NAMED_FIELDS),
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", list(Language))
def test_every_code_has_its_words(language: Language) -> None:
    said = messages(language)
    for table, codes in CODES.items():
        for code in codes:
            assert said[f"{table}.{code}"], (table, code)


def test_both_languages_say_the_same_with_the_same_facts() -> None:
    english, chinese = messages(Language.EN), messages(Language.ZH)
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert placeholders(text) == placeholders(chinese[key]), key
        assert not any("\u4e00" <= char <= "\u9fff" for char in text), key


def test_lists_numbers_and_dates() -> None:
    english, chinese = Words(Language.EN), Words(Language.ZH)
    assert english.listed([]) == ""
    assert english.listed(["a"]) == "a"
    assert english.listed(["a", "b", "c"]) == "a, b and c"
    assert chinese.listed(["a", "b", "c"]) == "a、b和c"
    assert english.listed([str(n) for n in range(9)]) == "0, 1, 2, 3, 4, 5 and 3 more"
    assert [english.percent(p) for p in (1.0, 0.99999, 0.5, 0.004)] == ["99.9%", "99.9%", "50%", "0.4%"]
    assert english.date(1_795_000_000_000_000) == "2026-11-18 11:06 UTC"
    assert chinese.date(1_795_000_000_000_000).startswith("2026年11月18日 11:06")
    assert english.sentences("A.", "", "B.") == "A. B."
    assert chinese.sentences("甲。", "乙。") == "甲。乙。"
    assert english.called("namespace", "loyaltyCard") == "loyaltyCard"
