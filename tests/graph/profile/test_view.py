"""What is shown of people: merged identifiers and vehicles."""

from __future__ import annotations

from graph.privacy.seal import Sealer
from graph.profile.rows import Holders, IdentifierRow, ProfileRow, VehicleRow
from graph.profile.view import view_identifiers, view_profile, view_vehicles

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
