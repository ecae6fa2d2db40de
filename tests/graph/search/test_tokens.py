"""Tokens: the same for the same, of nothing that could be counted up, and unreadable without the key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.identity.evidence import Identifier
from graph.ingest.normalise import Namespace
from graph.privacy.blind import BlindIndex
from graph.search.forms import name_forms, query_forms
from graph.search.tokens import SearchTokens, letter_grams, name_grams
from tests.laws import examples

TOKENS = SearchTokens(BlindIndex(bytes(32)))


@given(text=st.text(max_size=60))
@settings(max_examples=examples(300))
def test_any_text_gives_words_of_the_index_and_nothing_of_itself(text: str) -> None:
    forms = query_forms(text)
    tokens = TOKENS.of_name(forms) if forms else None
    assert tokens is None or re.fullmatch(r"[0-9a-v]{8}( [0-9a-v]{8})*", tokens)
    assert tokens is None or tokens.split() == sorted(set(tokens.split()))


def test_another_key_gives_other_tokens() -> None:
    forms = query_forms("张伟国")
    assert forms is not None
    other = SearchTokens(BlindIndex(b"x" * 32)).of_name(forms)
    assert set(str(TOKENS.of_name(forms)).split()).isdisjoint(str(other).split())


def test_the_same_letters_in_a_name_and_in_an_address_are_no_common_token() -> None:
    forms = query_forms("zhangwei")
    assert forms is not None
    assert set(str(TOKENS.of_name(forms)).split()).isdisjoint(str(TOKENS.of_local("zhangwei")).split())


def test_homophones_share_syllables_and_variants_share_everything() -> None:
    one, homophone, variant = (
        name_grams(forms) for text in ("张伟国", "章玮国", "張偉國") if (forms := query_forms(text))
    )
    assert one == variant
    assert {gram for gram in one if gram[0] == "s"} == {gram for gram in homophone if gram[0] == "s"}
    assert "h张伟国" in one - homophone


def test_of_numbers_only_the_last_four_digits_of_a_phone() -> None:
    def grams(namespace: Namespace, value: str) -> list[str]:
        return (TOKENS.of_identifier(Identifier(namespace, "*", value)) or "").split()

    assert grams(Namespace.PHONE, "+8613912345678") == [TOKENS.of_digits("5678")]
    assert grams(Namespace.EMAIL, "13912345678@example.com") == []
    assert grams(Namespace.EMAIL, "zw13912345678@example.com") == grams(Namespace.EMAIL, "zw1@example.com")
    assert grams(Namespace.GOVERNMENT_ID, "110101199001011237") == []
    assert grams(Namespace.VIN, "LSVAA49J132047371") == []


@pytest.mark.parametrize(
    "name", [None, {}, {"display": "🙂"}, {"full": None, "display": None}, {"display": 5}]
)
def test_what_names_nobody_has_no_forms(name: dict[str, object] | None) -> None:
    assert name_forms(name) is None


def test_a_long_text_has_no_more_grams_than_a_name() -> None:
    assert len(letter_grams("abcdefghijklmnopqrstuvwxyz" * 10)) <= 40
