"""The golden record of sealed rows: what is opened for it, proven, masked, and lost with a key."""

from __future__ import annotations

from typing import Any

import pytest

from graph.privacy.seal import Sealer
from graph.profile.golden_rules import FieldRule, GoldenRules, Strategy, load_golden_rules
from graph.profile.golden_view import GoldenFieldView, open_profiles, shown_name, view_golden
from graph.profile.rows import IdentifierRow, ProfileRow

PACKAGED = load_golden_rules()
SEALERS = {id_: Sealer(id_.encode() * 32, id_) for id_ in "abc"}


def name(display: str, *, full: bool = True) -> dict[str, Any]:
    return {"display": display, "mask": "*", "full": display if full else None, "family": None, "given": None}


def profile(id_: str, source: str = "crm", *, proven: bool | None = None, **traits: list[Any]) -> ProfileRow:
    sealer = SEALERS[id_]
    return ProfileRow(
        id_,
        source,
        sealer.seal("recordId", f"r-{id_}".encode()),
        sealer.seal_json("traits", traits) if traits else None,
        proven=proven,
    )


def held(
    id_: str, value: str, *, grade: str | None, at: int | None, namespace: str = "phone"
) -> IdentifierRow:
    sealed = SEALERS[id_].seal(f"value:k-{value}", value.encode())
    return IdentifierRow(id_, f"k-{value}", namespace, "*", "1**", grade is not None, sealed, grade, at)


def golden(
    rows: list[ProfileRow], identifiers: list[IdentifierRow] | None = None, *, clear: bool = True
) -> dict[str, GoldenFieldView]:
    record = view_golden(open_profiles(rows, SEALERS), identifiers or [], SEALERS, PACKAGED, clear=clear)
    return {field.field: field for field in record}


def shown(rows: list[ProfileRow], rules: GoldenRules = PACKAGED) -> str | None:
    return shown_name(open_profiles(rows, SEALERS), SEALERS, rules)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([("old", 1, True), ("new", 2, True)], "new"),
        ([("untimed", None, True), ("old", 1, True)], "old"),
        ([("Wang", 9, False), ("王建国", 1, True)], "王建国"),
        ([("Wang", 9, False)], "Wang"),
        ([("a", 1, True), ("b", 1, True)], "b"),
        ([], None),
    ],
)
def test_the_name_to_show(states: list[tuple[str, int | None, bool]], expected: str | None) -> None:
    rows = [
        profile(id_, name=[name(display, full=full), at, False])
        for id_, (display, at, full) in zip("abc", states, strict=False)
    ]
    assert shown([*rows, profile("c", city=["上海", 1, True])]) == expected
    assert shown(rows[::-1]) == expected


def test_a_government_id_proves_the_name_where_the_rules_say_so() -> None:
    rows = [
        profile("a", name=[name("proven"), 1, False], proven=True),
        profile("b", name=[name("newer"), 2, False], proven=False),
    ]
    verified = GoldenRules(FieldRule((Strategy.VERIFIED_FIRST, Strategy.MOST_RECENT)))
    assert (shown(rows), shown(rows, verified)) == ("newer", "proven")


def test_the_primary_phone_is_verified_then_the_last_used() -> None:
    rows = [profile("a"), profile("b")]
    phones = [
        held("a", "111", grade="trusted", at=1),
        held("a", "222", grade=None, at=99),
        held("b", "333", grade="trusted", at=2),
        held("b", "x", grade="verified", at=3, namespace="deviceId"),
    ]
    phone = golden(rows, phones)["phone"]
    assert [phone.shown.value, *(v.value for v in phone.alternatives)] == ["333", "111", "222"]
    assert phone.rule == "most_recent"
    assert golden(rows, [*phones, held("a", "000", grade="verified", at=None)])["phone"].shown.value == "000"
    masked = golden(rows, phones, clear=False)
    assert set(masked) == {"phone"}
    assert masked["phone"].shown.value == "1**"
    assert masked["phone"].shown.provenance == phone.shown.provenance


def test_only_what_every_source_declares_non_personal_is_shown_to_all() -> None:
    rows = [
        profile("a", level=["gold", 1, True], club=["yes", 1, True]),
        profile("b", level=["blue", 2, True], club=["no", 2, False]),
    ]
    masked = golden(rows, clear=False)
    assert {f: v.shown.value for f, v in masked.items()} == {"club": "***", "level": "blue"}
    assert [v.value for v in masked["club"].alternatives] == ["***"]


def test_what_was_erased_says_nothing() -> None:
    gone = ProfileRow("x", "crm", b"", b"sealed")
    kept = profile("a", city=["上海", 1, False])
    lost = IdentifierRow("x", "k", "phone", "*", "1**", True, b"sealed", "verified", 9)
    assert golden([gone, kept], [lost]) == golden([kept])
