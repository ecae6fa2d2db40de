"""Opaque ids and cursors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.gql import ids
from graph.errors import InputError
from tests.laws import examples

KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255)
KINDS = st.text("abcdefghijklmnopqrstuvwxyzABC", min_size=1, max_size=32)


@settings(max_examples=examples(200), deadline=None)
@given(KINDS, KEYS)
def test_an_id_gives_back_what_it_was_made_of(kind: str, key: str) -> None:
    assert ids.parse_id(ids.global_id(kind, key)) == (kind, key)


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=600))
def test_any_text_is_an_id_or_none(text: str) -> None:
    parsed = ids.parse_id(text)
    assert parsed is None or ids.global_id(*parsed) == text


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_cursor_or_an_input_error(text: str) -> None:
    for read in (ids.read_touchpoint_cursor, ids.read_user_cursor):
        with pytest.raises(InputError, match="`after` is not a cursor"):
            read(text)


def test_cursors_of_one_field_are_not_taken_by_another() -> None:
    at = "063902512800000000" + "01a20381-dba6-7cfc-8096-ee50ec634f57"
    cursor = ids.touchpoint_cursor(at)
    assert ids.read_touchpoint_cursor(cursor) == at
    with pytest.raises(InputError, match="cursor of users"):
        ids.read_user_cursor(cursor)
    with pytest.raises(InputError):
        ids.read_touchpoint_cursor(cursor + "=")
