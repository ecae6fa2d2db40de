"""What is sealed opens where it was sealed, and nowhere else."""

from __future__ import annotations

import os
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import KeyringError, UnsealError
from graph.privacy.seal import OVERHEAD, Sealer
from tests.laws import examples

KEY = bytes(range(32))
PROFILE = "0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f"
SECRET = b"+8613800001234"

fields = st.text(max_size=12)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=examples(200), deadline=None)
@given(key=st.binary(min_size=32, max_size=32), profile=st.text(max_size=12), field=fields, value=st.binary())
def test_round_trip(key: bytes, profile: str, field: str, value: bytes) -> None:
    sealed = Sealer(key, profile).seal(field, value)
    assert Sealer(key, profile).open(field, sealed) == value
    assert len(sealed) == len(value) + OVERHEAD


@settings(max_examples=examples(100), deadline=None)
@given(value=json_values)
def test_json_round_trip(value: object) -> None:
    sealer = Sealer(KEY, PROFILE)
    assert sealer.open_json("traits", sealer.seal_json("traits", value)) == value


@settings(max_examples=examples(200), deadline=None)
@given(here=st.tuples(st.text(max_size=6), fields), there=st.tuples(st.text(max_size=6), fields))
def test_a_moved_value_does_not_open(here: tuple[str, str], there: tuple[str, str]) -> None:
    """Even under one data key, profile and field bind; also where their texts would join to the same."""
    sealed = Sealer(KEY, here[0]).seal(here[1], SECRET)
    if here == there:
        assert Sealer(KEY, there[0]).open(there[1], sealed) == SECRET
    else:
        with pytest.raises(UnsealError):
            Sealer(KEY, there[0]).open(there[1], sealed)


def test_profile_and_field_do_not_run_together() -> None:
    sealed = Sealer(KEY, "ab").seal("c", SECRET)
    with pytest.raises(UnsealError):
        Sealer(KEY, "a").open("bc", sealed)


def test_another_profiles_key_does_not_open() -> None:
    sealed = Sealer(KEY, PROFILE).seal("phone", SECRET)
    with pytest.raises(UnsealError):
        Sealer(os.urandom(32), PROFILE).open("phone", sealed)


def test_every_flipped_bit_is_noticed() -> None:
    sealer = Sealer(KEY, PROFILE)
    sealed = sealer.seal("phone", SECRET)
    for bit in range(len(sealed) * 8):
        broken = bytearray(sealed)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UnsealError):
            sealer.open("phone", bytes(broken))


def test_every_truncation_and_extension_is_noticed() -> None:
    sealer = Sealer(KEY, PROFILE)
    sealed = sealer.seal("phone", SECRET)
    for broken in [sealed[:length] for length in range(len(sealed))] + [sealed + b"\0"]:
        with pytest.raises(UnsealError):
            sealer.open("phone", broken)


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=80))
def test_noise_never_opens(noise: bytes) -> None:
    with pytest.raises(UnsealError):
        Sealer(KEY, PROFILE).open("phone", noise)


def test_equal_values_seal_differently() -> None:
    sealer = Sealer(KEY, PROFILE)
    assert len({sealer.seal("phone", SECRET) for _ in range(1_000)}) == 1_000


def test_errors_and_reprs_tell_nothing() -> None:
    sealer = Sealer(KEY, PROFILE)
    sealed = sealer.seal("note", b'{"note": "call Wang Ming')  # no JSON
    with pytest.raises(UnsealError) as refused:
        sealer.open_json("note", sealed)
    text = "".join(traceback.format_exception(refused.value))
    assert "Wang" not in text
    assert refused.value.__context__ is None  # the decoder's error would carry the document
    assert repr(sealer) == f"Sealer(profile_id={PROFILE!r})"


def test_a_key_of_wrong_length_is_refused() -> None:
    with pytest.raises(KeyringError, match="16 bytes"):
        Sealer(bytes(16), PROFILE)
