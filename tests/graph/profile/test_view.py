"""What is shown of people: names and merged identifiers."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.privacy.seal import Sealer
from graph.profile.rows import Holders, IdentifierRow, ProfileRow, VehicleRow
from graph.profile.view import newest_name, view_identifiers, view_profile, view_vehicles


def named(display: str, at: int | None, *, full: bool = True) -> dict[str, list[Any]]:
    return {"name": [{"display": display, "full": display if full else None}, at, False]}


def test_the_newest_full_name_is_shown() -> None:
    assert newest_name([named("old", 1), named("new", 2)]) == "new"
    assert newest_name([named("untimed", None), named("old", 1)]) == "old"
    assert newest_name([named("Wang", 9, full=False), named("王建国", 1)]) == "王建国"
    assert newest_name([named("Wang", 9, full=False), {}]) == "Wang"
    assert newest_name([{}, {"city": ["上海", 1, True]}]) is None


STATES = st.lists(
    st.builds(named, st.sampled_from("ABC"), st.sampled_from([None, 1, 2]), full=st.booleans()), max_size=5
)


@settings(max_examples=100, deadline=None)
@given(STATES, st.randoms(use_true_random=False))
def test_the_order_of_profiles_does_not_matter(
    states: list[dict[str, list[Any]]], shuffle: random.Random
) -> None:
    mixed = list(states)
    shuffle.shuffle(mixed)
    assert newest_name(mixed) == newest_name(states)


A, B = Sealer(b"a" * 32, "a"), Sealer(b"b" * 32, "b")


def edge(sealer: Sealer, key: str, *, trusted: bool, clear: bool) -> IdentifierRow:
    value = sealer.seal(f"value:{key}", b"13812345678") if clear else None
    return IdentifierRow(sealer.profile_id, key, "phone", "*", "138****5678", trusted, value)


def test_an_identifier_of_two_profiles_is_one() -> None:
    rows = [edge(A, "k", trusted=False, clear=True), edge(B, "k", trusted=True, clear=True)]
    [one] = view_identifiers(rows, {"a": A, "b": B})
    assert (one.value, one.trusted) == ("13812345678", True)


def test_it_is_masked_unless_it_was_asked_for() -> None:
    [one] = view_identifiers([edge(A, "k", trusted=True, clear=False)], {"a": A})
    assert one.value == "138****5678"


def test_what_was_erased_shows_as_its_mask() -> None:
    rows = [edge(A, "k", trusted=True, clear=True)]
    assert view_identifiers(rows, {})[0].value == "138****5678"
    assert (
        view_identifiers([*rows, edge(B, "k", trusted=True, clear=True)], {"b": B})[0].value == "13812345678"
    )
    assert view_profile(ProfileRow("a", "crm", A.seal("recordId", b"c1")), {}).record_id is None


def test_an_owner_is_an_owner_whatever_another_profile_says() -> None:
    rows = [
        VehicleRow("a", "v1", "LSV****4847", "ET5", "driver", None, None),
        VehicleRow("b", "v1", "LSV****4847", "ET5", "owner", 7, None),
        VehicleRow("a", "v2", "LSV****0001", None, "owner", 9, None),
    ]
    shown = view_vehicles(rows, {"a": A, "b": B})
    assert [(v.key, v.vin, v.role) for v in shown] == [
        ("v2", "LSV****0001", "owner"),
        ("v1", "LSV****4847", "owner"),
    ]


def test_who_alone_holds_an_identifier() -> None:
    assert Holders(("a",), ("b", "c")).only == "a"
    assert Holders((), ("b",)).only == "b"
    assert Holders(("a", "b"), ("c",)).only is None
    assert Holders((), ("b", "c")).only is None
    assert Holders((), ()).only is None
