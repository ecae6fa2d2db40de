"""Keys as text."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.access.keys import check_preset, digest, is_sendable, new_key
from graph.access.roles import Role
from graph.errors import ConfigurationError
from tests.laws import examples


@pytest.mark.parametrize("role", list(Role))
def test_a_new_key_is_random_and_can_be_sent(role: Role) -> None:
    first, second = new_key(role), new_key(role)

    assert first.startswith(f"gx_{role.value[0]}_")
    assert len(first) == len("gx_a_") + 43
    assert first != second
    assert is_sendable(first)


def test_the_digest_is_sha_256() -> None:
    assert digest("gx_a_x") == hashlib.sha256(b"gx_a_x").hexdigest()


@pytest.mark.parametrize(
    "key", ["", "short", "has space in it", "tab\there-and-there", "钥匙钥匙钥匙钥匙", "x" * 257]
)
def test_a_preset_that_cannot_be_sent_is_refused_without_being_repeated(key: str) -> None:
    assert not is_sendable(key)
    with pytest.raises(ConfigurationError) as caught:
        check_preset(key)
    assert not key or key not in str(caught.value)


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert is_sendable(text) == (8 <= len(text) <= 256 and all("!" <= char <= "~" for char in text))
