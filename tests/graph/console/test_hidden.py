"""What is hidden by shape and by name, and what is not."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.console.hidden import (
    BLIND,
    BLIND_PROPERTIES,
    SEALED_PROPERTIES,
    are_tokens,
    is_sealed,
    mask_text,
)
from graph.privacy.blind import BlindIndex
from graph.privacy.seal import Sealer
from graph.vocabulary import NODES, RELATIONSHIPS
from tests.laws import examples


def test_every_property_that_is_declared_sealed_or_blind_is_hidden() -> None:
    for kind, properties in [(n.label, n.properties) for n in NODES] + [
        (r.type, r.properties) for r in RELATIONSHIPS
    ]:
        for name, meaning in properties.items():
            sealed = "sealed" in meaning.split(";")[0].replace("sealed until", "")
            if sealed and name != "sealedBy" and not meaning.startswith(("month", "the profile under")):
                assert name in SEALED_PROPERTIES.get(kind, ()), (kind, name)
            if meaning.startswith(("blind index of", "blind tokens")):
                assert name in BLIND_PROPERTIES.get(kind, ()), (kind, name)


def test_nothing_is_hidden_that_is_not_declared() -> None:
    declared = {n.label: set(n.properties) for n in NODES} | {
        r.type: set(r.properties) for r in RELATIONSHIPS
    }
    for hidden in (SEALED_PROPERTIES, BLIND_PROPERTIES):
        for kind, names in hidden.items():
            assert names <= declared[kind], kind


def test_random_indexes_are_hidden_but_for_one_of_a_million() -> None:
    source = random.Random(20261128)
    made = (base64.urlsafe_b64encode(source.randbytes(16))[:22].decode() for _ in range(300_000))
    assert sum(mask_text(key) == key for key in made) <= 2


@settings(max_examples=examples(200))
@given(root=st.binary(min_size=32, max_size=32), value=st.text(max_size=20), before=st.text(max_size=5))
def test_a_blind_index_is_hidden_wherever_it_stands_in_a_text(root: bytes, value: str, before: str) -> None:
    key = BlindIndex(root).key("phone", "*", value)
    if mask_text(key) == key:  # one of a million
        return
    for text in (key, f"order:{key}", f"{key} {key}", f'"{key}"', f"{before}|{key}|{before}"):
        assert key not in mask_text(text)
        assert BLIND in mask_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f",
        "household:0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f",
        "+0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f",
        "2026-11-28T10:00:00.000Z|0198c0de-7c1a-7d3e-9f00-5a1b2c3d4e5f",
        "5f0c6f3f9d3b4a1e8c7d6e5f4a3b2c1d",
        "spring-2026-douyin-video-01",
        "SHANGHAI-PUDONG-4S-STORE-0012",
        "TestDriveAppointmentBooked",
        "test_drive_completed_by_consultant",
        "https://www.example.com/models/ct5-luxury-edition-2026",
        "一个很长的中文句子没有任何秘密在里面也没有标点符号",
        "two-sided",
    ],
)
def test_ids_and_words_are_shown(text: str) -> None:
    assert mask_text(text) == text


def test_digests_of_secrets_and_tokens_are_hidden() -> None:
    assert mask_text("a" * 63 + "0") == BLIND
    token = BlindIndex(b"r" * 32).token
    tokens = [token("name", bytes([n])) for n in range(4)]
    assert mask_text(" ".join(tokens)) == BLIND
    assert are_tokens(tokens)
    assert not are_tokens(["campaign", "vehicles", "chargers"])
    assert mask_text("campaign vehicles chargers") == "campaign vehicles chargers"


@settings(max_examples=examples(100))
@given(st.binary(max_size=60))
def test_the_bytes_of_a_sealed_value_are_known_as_a_list_too(plaintext: bytes) -> None:
    sealed = Sealer(b"k" * 32, "p").seal("f", plaintext)
    assert is_sealed([byte - 256 if byte > 127 else byte for byte in sealed])
    assert is_sealed(list(sealed))


def test_lists_of_numbers_are_shown() -> None:
    for values in (list(range(1, 100)), [1] * 40, [1, *range(-60, 0), 500], [2, *range(-40, 0)], [1.5] * 40):
        assert not is_sealed(values), values
