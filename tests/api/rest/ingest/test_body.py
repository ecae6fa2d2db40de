"""Reading and parsing bodies: bounded, lenient only where a client is known to err, never surprised."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.rest.ingest.body import Body, find_flaw, parse_body, read_body
from graph.errors import InputError, TooLargeError
from tests.laws import examples

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=examples(100), deadline=None)
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_json_is_read_as_it_is(value: dict[str, Any]) -> None:
    """Whether it came from orjson, or escaped as Python's own encoder writes it, or with a BOM."""
    for raw in (orjson.dumps(value), json.dumps(value).encode(), b"\xef\xbb\xbf" + orjson.dumps(value)):
        assert parse_body(raw) == Body(value)
    assert find_flaw(value) is None


@settings(max_examples=examples(100), deadline=None)
@given(value=st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_the_lenient_reader_agrees_with_the_strict_one(value: dict[str, Any]) -> None:
    body = parse_body(b'{"flaw": NaN, "rest": ' + orjson.dumps(value) + b"}")

    assert body.lenient
    assert body.value["rest"] == value


@settings(max_examples=examples(150), deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,.0123eE+-truefalsn\\ud8 ', max_size=40))
def test_nothing_but_input_error_is_raised(raw: bytes | str) -> None:
    with suppress(InputError):
        assert isinstance(parse_body(raw if isinstance(raw, bytes) else raw.encode()).value, dict)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"a": NaN}', "a"),
        ('{"a": [1, {"b": -Infinity}]}', "a[1].b"),
        ('{"a": 1e999, "b": NaN}', "b"),
        ('{"a": "\\udc00"}', "a"),
        ('{"a": {"\\udc00": 1}}', "a"),
        ('{"13812345678": NaN}', "*"),
    ],
)
def test_a_flaw_is_named_without_a_value(text: str, field: str) -> None:
    flaw = find_flaw(parse_body(text.encode()).value)

    assert flaw is not None
    assert flaw.field == field


async def _chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@settings(max_examples=examples(50), deadline=None)
@given(parts=st.lists(st.binary(max_size=30), max_size=5))
async def test_chunks_are_joined_and_packed_ones_unpacked(parts: list[bytes]) -> None:
    whole = b"".join(parts)

    assert await read_body(_chunks(*parts)) == whole
    assert await read_body(_chunks(gzip.compress(whole)), encoding="gzip") == whole


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_the_limit_holds_to_the_byte(encoding: str) -> None:
    def packed(size: int) -> bytes:
        return gzip.compress(bytes(size)) if encoding else bytes(size)

    assert len(await read_body(_chunks(packed(1_000)), encoding=encoding, limit=1_000)) == 1_000
    with pytest.raises(TooLargeError):
        await read_body(_chunks(packed(1_001)), encoding=encoding, limit=1_000)


async def test_reading_stops_at_the_limit() -> None:
    seen = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal seen
        while True:
            seen += 100
            yield bytes(100)

    with pytest.raises(TooLargeError):
        await read_body(endless(), limit=1_000)
    assert seen == 1_100
