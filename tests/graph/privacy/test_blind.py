"""Blind indexes: equal for equal values, different for everything else."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import KeyringError
from graph.privacy.blind import BlindIndex
from graph.privacy.framing import frame
from tests.laws import examples

ROOT = bytes(range(32))
part = st.text(max_size=8)


def test_the_index_is_hmac_sha256_under_an_hkdf_key() -> None:
    """An independent computation from the standards (RFC 5869, RFC 2104), so that the format cannot drift."""
    extracted = hmac.digest(b"guanxi.blind.v1", ROOT, "sha256")
    key = hmac.digest(extracted, frame("identifier", "phone") + b"\x01", "sha256")
    value = b"+8613800001234"
    whole = hmac.new(key, (1).to_bytes(4, "big") + b"*" + value, hashlib.sha256).digest()
    expected = urlsafe_b64encode(whole[:16]).rstrip(b"=").decode()
    assert BlindIndex(ROOT).key("phone", "*", value.decode()) == expected


@settings(max_examples=examples(300), deadline=None)
@given(st.tuples(part, part, part), st.tuples(part, part, part))
def test_identifiers_are_equal_only_where_all_parts_are(
    left: tuple[str, str, str], right: tuple[str, str, str]
) -> None:
    index = BlindIndex(ROOT)
    assert (index.key(*left) == index.key(*right)) == (left == right)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(part, max_size=4), st.lists(part, max_size=4))
def test_frames_are_equal_only_where_all_parts_are(left: list[str], right: list[str]) -> None:
    assert (frame(*left) == frame(*right)) == (left == right)


@settings(max_examples=examples(100), deadline=None)
@given(part, st.text(st.characters(), max_size=8))
def test_every_text_has_an_index_of_22_characters(first: str, last: str) -> None:
    """Lone surrogates too: an encoding error would carry the value."""
    index = BlindIndex(ROOT)
    for key in (
        index.key("email", first, last),
        index.record_key(first, last),
        index.message_key(first, last),
    ):
        assert re.fullmatch(r"[A-Za-z0-9_-]{22}", key)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", index.key("email", "*", "\ud800"))


def test_parts_do_not_run_together() -> None:
    index = BlindIndex(ROOT)
    assert index.record_key("crm", "12") != index.record_key("crm1", "2")


def test_kinds_and_purposes_have_keys_of_their_own() -> None:
    index = BlindIndex(ROOT)
    keys = [
        index.key("record", "crm", "1"),
        index.key("", "crm", "1"),
        index.record_key("crm", "1"),
        index.message_key("crm", "1"),
        index.digest("record", b"\0\0\0\3crm1"),
        index.digest("message", b"\0\0\0\3crm1"),
    ]
    assert len(set(keys)) == len(keys)


def test_the_same_from_every_instance_and_under_many_namespaces() -> None:
    left, right = BlindIndex(ROOT), BlindIndex(ROOT)
    names = [f"namespace{number}" for number in range(600)]  # more than the keys held at once
    assert [left.key(name, "*", "x") for name in names] == [
        right.key(name, "*", "x") for name in reversed(names)
    ][::-1]
    assert left.key(names[0], "*", "x") == right.key(names[0], "*", "x")


def test_another_root_gives_other_indexes() -> None:
    assert BlindIndex(ROOT).key("phone", "*", "1") != BlindIndex(ROOT[::-1]).key("phone", "*", "1")


def test_no_root_bytes_in_its_repr() -> None:
    assert repr(BlindIndex(ROOT)) == "BlindIndex(…)"


def test_a_root_of_wrong_length_is_refused() -> None:
    with pytest.raises(KeyringError, match="31 bytes"):
        BlindIndex(ROOT[1:])
