"""Mappings: what is taken, and that every mistake names file, key and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import ConfigurationError, InputError
from graph.ingest.files.mapping import Kind, default_mapping, load_mapping, parse_mapping
from graph.ingest.normalise import Namespace


def test_a_people_mapping_names_columns() -> None:
    mapping = parse_mapping(
        b"""
        [people]
        recordId = "no"
        phone = ["mobile", "landline"]
        address = ["street", "house"]
        updatedAt = "changed"
        nonPersonal = ["level"]
        ignore = ["note"]
        """,
        where="m.toml",
    )
    assert mapping.kind is Kind.PEOPLE
    assert mapping.columns == {
        "recordId": ("no",),
        "phone": ("mobile", "landline"),
        "address": ("street", "house"),
        "updatedAt": ("changed",),
    }
    assert mapping.non_personal == ("level",)
    assert mapping.ignored == {"note"}


@pytest.mark.parametrize("namespace", list(Namespace))
def test_every_namespace_is_a_key(namespace: Namespace) -> None:
    mapping = parse_mapping(f'[people]\nrecordId = "no"\n{namespace} = "c"\n'.encode(), where="m.toml")
    assert mapping.columns[namespace] == ("c",)


def test_an_events_mapping_has_constants() -> None:
    text = b'[events]\nuserId = "no"\n[events.constants]\nevent = "Order Placed"\n'
    mapping = parse_mapping(text, where="m.toml")
    assert mapping.kind is Kind.EVENTS
    assert mapping.constants == {"event": "Order Placed"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "neither"),
        (b'[people]\nrecordId = "a"\n[events]\nuserId = "a"\n', "both"),
        (b'[persons]\nrecordId = "a"\n', "persons is not known"),
        (b'[people]\nphone = "a"\n', "people.recordId is missing"),
        (b'[people]\nrecordId = "a"\nfone = "b"\n', "Did you mean 'phone'"),
        (b'[people]\nrecordId = "a"\ngiven_name = "b"\n', "Did you mean 'givenName'"),
        (b'[people]\nrecordId = ["a", "b"]\n', "people.recordId names several"),
        (b"[people]\nrecordId = 7\n", "people.recordId is not a column"),
        (b'[people]\nrecordId = ""\n', "people.recordId is not a column"),
        (b'[people]\nrecordId = "a"\nphone = []\n', "people.phone names no"),
        (b'[people]\nrecordId = "a"\nignore = ["a"]\n', "is mapped too"),
        (b'people = "a"\n', "people is not a table"),
        (b'[people]\nrecordId = "a\n', "is not TOML"),
        (b'[people]\nrecordId = "\xff"\n', "is not UTF-8"),
        (b'[events]\ntype = "a"\n', "neither userId nor anonymousId"),
        (b'[events]\nuserId = "a"\n[events.constants]\nuserId = "b"\n', "constants.userId"),
        (b'[events]\nuserId = "a"\nevent = "e"\n[events.constants]\nevent = "b"\n', "both a column"),
    ],
)
def test_a_wrong_mapping_is_refused_naming_file_and_key(text: bytes, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_mapping(text, where="m.toml")
    assert says in str(caught.value)
    assert "m.toml" in str(caught.value)


def test_a_missing_mapping_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.toml"):
        load_mapping(tmp_path / "absent.toml")


def test_a_mapped_column_that_the_file_lacks_is_named_with_the_closest() -> None:
    mapping = parse_mapping(b'[people]\nrecordId = "cust_id"\n', where="m.toml")
    with pytest.raises(InputError) as caught:
        mapping.check_columns(["custid", "name"], file="p.csv")
    said = str(caught.value)
    assert "p.csv has no column 'cust_id'" in said
    assert "Did you mean 'custid'" in said
    assert "'name'" in said


def test_columns_that_look_like_data_are_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        default_mapping(["C1", "13812345678", "wjg@qq.com"], file="p.csv")
    said = str(caught.value)
    assert "13812345678" not in said
    assert "wjg@qq.com" not in said
    assert "and 2 more" in said


def test_without_a_mapping_columns_are_taken_by_name() -> None:
    people = default_mapping(["recordId", "phone", "level"], file="p.csv")
    assert people.kind is Kind.PEOPLE
    assert people.columns == {"recordId": ("recordId",), "phone": ("phone",)}
    events = default_mapping(["event", "userId", "price"], file="e.csv")
    assert events.kind is Kind.EVENTS


def test_the_digest_tells_mappings_apart() -> None:
    one = parse_mapping(b'[people]\nrecordId = "a"\nphone = "b"\n', where="m.toml")
    same = parse_mapping(b'[people]\nphone = "b"\nrecordId = "a"\n', where="other.toml")
    other = parse_mapping(b'[people]\nrecordId = "a"\nphone = "c"\n', where="m.toml")
    assert one.digest == same.digest != other.digest
