"""Masks: what they look like, and that they never show too much."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.privacy import mask
from tests.laws import examples


@pytest.mark.parametrize(
    ("masker", "value", "expected"),
    [
        (mask.phone, "+8613812345678", "138****5678"),
        (mask.phone, "+447400123456", "+44****456"),
        (mask.phone, "+1", "****"),
        (mask.email, "zhang@qq.com", "z***@qq.com"),
        (mask.email, "z@qq.com", "***@qq.com"),
        (mask.person_name, "王小明", "王*明"),
        (mask.person_name, "王明", "王*"),
        (mask.person_name, "王", "***"),
        (mask.person_name, "欧阳小明", "欧**明"),
        (mask.person_name, "John Smith", "J*** S***"),
        (mask.person_name, "J Smith", "*** S***"),
        (mask.person_name, "김철수", "김*수"),
        (mask.government_id, "11010519491231002X", "110********002X"),
        (mask.government_id, "4314184", "4*****4"),
        (mask.vin, "LSVAM4187C2184847", "LSV********4847"),
        (mask.plate, "沪A12345", "沪A****5"),
        (mask.plate, "BMW1234", "B*****4"),
        (mask.address, "上海市浦东新区张江路123号", "上海市浦****"),
        (mask.opaque, "abc", "***"),
        (mask.opaque, "u1", "**"),
        (mask.opaque, "", ""),
        (mask.opaque, "oAbCdEfGhIjKlMnOpQrSt", "oAbC********QrSt"),
    ],
)
def test_masks(masker: Callable[[str], str], value: str, expected: str) -> None:
    assert masker(value) == expected


def visible(masked: str, value: str) -> int:
    """How many characters of the value its mask may show: the whole mask without stars."""
    return sum(1 for char in masked if char != "*" and char in value)


@settings(max_examples=examples(200), deadline=None)
@given(value=st.text(alphabet=st.characters(exclude_characters="*"), min_size=1, max_size=40))
def test_an_opaque_mask_shows_half_at_most_and_nothing_of_a_short_value(value: str) -> None:
    masked = mask.opaque(value)
    assert visible(masked, value) <= len(value) // 2
    if len(value) < 4:
        assert set(masked) == {"*"}
    assert "*" in masked


@settings(max_examples=examples(200), deadline=None)
@given(digits=st.from_regex(r"\+[1-9][0-9]{5,14}", fullmatch=True))
def test_a_phone_mask_hides_at_least_half_of_other_countries_numbers(digits: str) -> None:
    masked = mask.phone(digits)
    assert visible(masked, digits) <= (len(digits) + 1) // 2 + 1
    assert "****" in masked


@settings(max_examples=examples(200), deadline=None)
@given(
    name=st.text(alphabet=st.characters(categories=["L", "Zs"]), min_size=1, max_size=30),
    masker=st.sampled_from(
        [mask.person_name, mask.government_id, mask.vin, mask.plate, mask.address, mask.opaque]
    ),
)
def test_no_mask_shows_a_whole_value(name: str, masker: Callable[[str], str]) -> None:
    masked = masker(name)
    assert masked != name
    assert not name.strip() or name.strip() not in masked
